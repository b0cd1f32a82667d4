import type { Mailbox, SetResponse } from '~/api/jmap'
import { t, withTexts } from '~/kit/i18n'
import { asSyncError, protocolError } from '~/kit/sync/errors'
import { confirm } from '~/kit/ui/Dialog'
import { errorText } from '~/kit/ui/states'
import { say, sayError } from '~/kit/undo'
import { folderTree, type MailAccount } from '../account'
import { roleFolder } from '../acts'
import type { MailEngine } from '../engine'
import { folderName } from '../names'
import { inTrash } from '../place'

type Change = Partial<Pick<Mailbox, 'name' | 'parentId' | 'sortOrder' | 'isSubscribed'>>
type Changes = ReadonlyMap<string, Change>

/** Changes folders at once on the screen and then on the server; refused, all is put back. */
async function changeFolders(engine: MailEngine, a: MailAccount, changes: Changes): Promise<Changes> {
  const back = new Map<string, Change>()
  const overlays = [...changes].map(([id, change]) => {
    const m = a.mailboxes.get(id)
    if (m) back.set(id, Object.fromEntries(Object.keys(change).map((k) => [k, m[k as keyof Change]])))
    return a.mailboxes.overlay(id, (old) => ({ ...old, ...change }))
  })
  try {
    const r = await engine.transport.call<SetResponse<Mailbox>>('Mailbox/set', { accountId: a.id, update: Object.fromEntries(changes) })
    const refused = Object.values(r.notUpdated ?? {})[0]
    if (refused) throw protocolError(refused.type, refused.description)
    overlays.forEach((o) => o.keep())
    engine.syncSoon(a.id)
  } catch (e) {
    overlays.forEach((o) => o.drop())
    throw e
  }
  return back
}

/** As above, with a sentence that says what was done and leads back. */
async function told(engine: MailEngine, a: MailAccount, changes: Changes, done: string | null): Promise<boolean> {
  try {
    const back = await changeFolders(engine, a, changes)
    if (done !== null) say(done, { undo: async () => void (await changeFolders(engine, a, back)) })
    return true
  } catch (e) {
    sayError(errorText(t, asSyncError(e)))
    return false
  }
}

/** Makes a folder and returns its id; rejects when the name is taken or not allowed. */
export async function createFolder(engine: MailEngine, a: MailAccount, name: string, parentId: string | null): Promise<string> {
  const r = await engine.transport.call<SetResponse<Mailbox>>('Mailbox/set', { accountId: a.id, create: { n: { name, parentId, isSubscribed: true, sortOrder: 10 } } })
  const made = r.created?.['n']
  if (!made) throw protocolError(r.notCreated?.['n']?.type ?? 'serverFail', r.notCreated?.['n']?.description)
  await engine.sync(a.id)
  return made.id
}

/** Rejects when the new name is taken or not allowed. */
export async function renameFolder(engine: MailEngine, a: MailAccount, m: Mailbox, name: string): Promise<void> {
  const back = await changeFolders(engine, a, new Map([[m.id, { name }]]))
  say(t('folders.done.renamed', { name }), { undo: async () => void (await changeFolders(engine, a, back)) })
}

/** Puts a folder, with all that is in it, into another one or at the top. */
export async function moveFolder(engine: MailEngine, a: MailAccount, m: Mailbox, parent: Mailbox | null): Promise<void> {
  const where = parent ? folderName(parent) : t('folders.top')
  await told(engine, a, new Map([[m.id, { parentId: parent?.id ?? null }]]), t('folders.done.moved', { name: folderName(m), folder: where }))
}

/** The folders that a folder stands beside, in the order shown. */
export function siblings(a: MailAccount, m: Mailbox, compare: (x: string, y: string) => number): Mailbox[] {
  const level = m.parentId
  const nodes = folderTree(a.mailboxes.all(), compare)
  const find = (list: typeof nodes): Mailbox[] | undefined => {
    if (list.some((n) => n.mailbox.id === m.id)) return list.map((n) => n.mailbox)
    for (const n of list) {
      const inside = find(n.children)
      if (inside) return inside
    }
    return undefined
  }
  // Well-known folders stand first by their own rule and are not moved about.
  return (find(nodes) ?? []).filter((x) => x.role === null && (level === null || x.parentId === level))
}

/** Puts a folder before another of its siblings, or at their end. */
export async function placeFolder(engine: MailEngine, a: MailAccount, m: Mailbox, parentId: string | null, order: readonly Mailbox[]): Promise<void> {
  const changes = new Map<string, Change>()
  order.forEach((x, i) => {
    const change: Change = { ...(x.sortOrder !== (i + 1) * 10 ? { sortOrder: (i + 1) * 10 } : {}), ...(x.id === m.id && x.parentId !== parentId ? { parentId } : {}) }
    if (Object.keys(change).length > 0) changes.set(x.id, change)
  })
  if (changes.size > 0) await told(engine, a, changes, t('folders.done.ordered', { name: folderName(m) }))
}

/** One place up or down among its siblings. */
export async function shiftFolder(engine: MailEngine, a: MailAccount, m: Mailbox, by: -1 | 1, compare: (x: string, y: string) => number): Promise<void> {
  const all = siblings(a, m, compare)
  const at = all.findIndex((x) => x.id === m.id)
  const to = at + by
  if (at < 0 || to < 0 || to >= all.length) return
  const order = all.toSpliced(at, 1).toSpliced(to, 0, m)
  await placeFolder(engine, a, m, m.parentId, order)
}

export async function showFolder(engine: MailEngine, a: MailAccount, m: Mailbox, isSubscribed: boolean): Promise<void> {
  await told(engine, a, new Map([[m.id, { isSubscribed }]]), t(isSubscribed ? 'folders.done.shown' : 'folders.done.hidden', { name: folderName(m) }))
}

/** All folders below one, however deep. */
export function below(a: MailAccount, m: Mailbox): Mailbox[] {
  return a.mailboxes.all().filter((x) => x.parentId === m.id).flatMap((x) => [x, ...below(a, x)])
}

/**
 * A folder goes to the bin whole, with its letters and folders, and comes back
 * whole; what is in the bin already is removed for good, after a question.
 */
export async function deleteFolder(engine: MailEngine, a: MailAccount, m: Mailbox): Promise<boolean> {
  const inside = below(a, m)
  const count = [m, ...inside].reduce((n, x) => n + x.totalEmails, 0)
  const name = folderName(m)
  if (inTrash(a, m)) return destroyFolder(engine, a, m, inside, count)
  try {
    const trash = await roleFolder(engine, a, 'trash', t('folder.trash'))
    const taken = new Set(a.mailboxes.all().filter((x) => x.parentId === trash).map((x) => x.name.toLowerCase()))
    let free = m.name
    for (let n = 2; taken.has(free.toLowerCase()); n++) free = `${m.name} ${n}`
    const change: Change = { parentId: trash, ...(free === m.name ? {} : { name: free }) }
    return await told(engine, a, new Map([[m.id, change]]), t('folders.done.deleted', { name, count }))
  } catch (e) {
    sayError(errorText(t, asSyncError(e)))
    return false
  }
}

async function destroyFolder(engine: MailEngine, a: MailAccount, m: Mailbox, inside: readonly Mailbox[], count: number): Promise<boolean> {
  const name = folderName(m)
  const yes = await confirm({ title: t('folders.destroy.title', { name }), text: t('folders.destroy.text', { count, folders: inside.length }), confirm: t('folders.destroy.confirm') })
  if (!yes) return false
  return removeFolders(engine, a, [m, ...inside])
}

async function removeFolders(engine: MailEngine, a: MailAccount, gone: readonly Mailbox[]): Promise<boolean> {
  try {
    const r = await engine.transport.call<SetResponse<Mailbox>>('Mailbox/set', { accountId: a.id, destroy: gone.map((x) => x.id), onDestroyRemoveEmails: true })
    const refused = Object.values(r.notDestroyed ?? {})[0]
    await engine.sync(a.id)
    if (refused) throw protocolError(refused.type, refused.description)
    return true
  } catch (e) {
    sayError(errorText(t, asSyncError(e)))
    return false
  }
}

/** Removes all that is in the bin or in junk for good, folders and letters. */
export async function emptyPlace(engine: MailEngine, account: MailAccount, m: Mailbox): Promise<void> {
  const inside = below(account, m)
  const b = await withTexts('bulk', () => import('../bulk/acts'))
  const done = await b.emptyFolder({ engine, account }, m, inside)
  // Stopped half-way, the folders keep what is left in them.
  if (done && inside.length > 0) await removeFolders(engine, account, inside)
}

export async function readPlace(engine: MailEngine, account: MailAccount, m: Mailbox): Promise<void> {
  const b = await withTexts('bulk', () => import('../bulk/acts'))
  await b.readAll({ engine, account }, m)
}
