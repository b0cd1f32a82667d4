import type { Email, Filter, MailboxRole, SetResponse } from '~/api/jmap'
import { protocolError } from '~/kit/sync/errors'
import type { MailAccount } from './account'
import type { MailEngine } from './engine'
import { folderOf } from './place'
import { applyPatch, inversePatch, key, type EmailPatch } from './patch'

export type Patches = Map<string, EmailPatch>

/**
 * Changes emails at once on the screen and then on the server. Rejects, with
 * everything put back, when the server refuses any of them. Returns the
 * patches that undo it.
 */
export function change(engine: MailEngine, a: MailAccount, patches: Patches): { back: Patches; done: Promise<void> } {
  const back: Patches = new Map()
  const overlays: { drop: () => void; keep: () => void }[] = []
  const before = new Map<string, Email>()
  for (const [id, patch] of patches) {
    const email = a.emails.get(id)
    if (!email) continue
    before.set(id, email)
    back.set(id, inversePatch(email, patch))
    overlays.push(a.emails.overlay(id, (e) => applyPatch(e, patch)))
  }
  const counts = overlayCounts(a, before, patches)
  const unhide = hideLeaving(engine, a, patches)
  const done = send(engine, a, patches).then(
    async () => {
      overlays.forEach((o) => o.keep())
      await engine.sync(a.id).catch(() => {})
      counts.forEach((drop) => drop())
      unhide.forEach((show) => show())
    },
    (e: unknown) => {
      overlays.forEach((o) => o.drop())
      counts.forEach((drop) => drop())
      unhide.forEach((show) => show())
      throw e
    },
  )
  return { back, done }
}

async function send(engine: MailEngine, a: MailAccount, patches: Patches): Promise<void> {
  const all = [...patches]
  const limit = maxObjectsInSet(engine)
  for (let i = 0; i < all.length; i += limit) {
    const update = Object.fromEntries(all.slice(i, i + limit))
    const r = await engine.transport.call<SetResponse<Email>>('Email/set', { accountId: a.id, update })
    const refused = Object.values(r.notUpdated ?? {})[0]
    if (refused) throw protocolError(refused.type, refused.description)
  }
}

function maxObjectsInSet(engine: MailEngine): number {
  const n = engine.session.capabilities['urn:ietf:params:jmap:core']?.['maxObjectsInSet']
  return typeof n === 'number' && n > 0 ? n : 500
}

/** The unread and total figures of the folders, ahead of the server. */
function overlayCounts(a: MailAccount, before: Map<string, Email>, patches: Patches): (() => void)[] {
  const total = new Map<string, number>()
  const unread = new Map<string, number>()
  const count = (e: Email, sign: number): void => {
    const isUnread = !e.keywords['$seen'] && !e.keywords['$draft']
    for (const box of Object.keys(e.mailboxIds)) {
      total.set(box, (total.get(box) ?? 0) + sign)
      if (isUnread) unread.set(box, (unread.get(box) ?? 0) + sign)
    }
  }
  for (const [id, email] of before) {
    count(email, -1)
    count(applyPatch(email, patches.get(id) ?? {}), 1)
  }
  const boxes = new Set([...total.keys(), ...unread.keys()])
  return [...boxes].map((box) => {
    const o = a.mailboxes.overlay(box, (m) => ({
      ...m,
      totalEmails: Math.max(0, m.totalEmails + (total.get(box) ?? 0)),
      unreadEmails: Math.max(0, m.unreadEmails + (unread.get(box) ?? 0)),
    }))
    return o.drop
  })
}

/** Takes rows out of lists of folders that they leave with all their messages. */
function hideLeaving(engine: MailEngine, a: MailAccount, patches: Patches): (() => void)[] {
  return engine.viewsOf(a).flatMap((view) => {
    const box = folderOf(view.spec.filter as Filter)
    if (!box) return []
    const leaving = new Set([...patches].filter(([, p]) => p[key('mailboxIds', box)] === null).map(([id]) => id))
    if (leaving.size === 0) return []
    const rows = view.rows.filter((id): id is string => {
      if (id === undefined) return false
      const email = a.emails.get(id)
      if (!email) return false
      if (!view.spec.extra?.['collapseThreads']) return leaving.has(id)
      // The overlays are in place: a thread stays while one message is still here.
      const rest = a.threadEmails(email.threadId).filter((e) => e.mailboxIds[box])
      return rest.length === 0 && a.threads.get(email.threadId)?.emailIds.some((e) => leaving.has(e)) === true
    })
    return rows.length > 0 ? [view.hide(rows)] : []
  })
}

/** A patch per email that moves it from one folder to another. */
export function movePatches(emails: readonly Email[], from: string | null, to: string): Patches {
  return new Map(
    emails.map((e) => {
      const patch: EmailPatch = { [key('mailboxIds', to)]: true }
      const leave = from !== null && e.mailboxIds[from] ? [from] : Object.keys(e.mailboxIds)
      for (const box of leave) if (box !== to) patch[key('mailboxIds', box)] = null
      return [e.id, patch]
    }),
  )
}

/** Moving to Junk or back also tells the server what to learn (RFC 8621 section 4.1.1). */
export function junkPatches(emails: readonly Email[], from: string | null, to: string, junk: boolean): Patches {
  const patches = movePatches(emails, from, to)
  for (const patch of patches.values()) {
    patch[key('keywords', '$junk')] = junk ? true : null
    patch[key('keywords', '$notjunk')] = junk ? null : true
  }
  return patches
}

export function keywordPatches(emails: readonly Email[], keyword: string, on: boolean): Patches {
  return new Map(
    emails.filter((e) => Boolean(e.keywords[keyword]) !== on).map((e) => [e.id, { [key('keywords', keyword)]: on ? true : null }]),
  )
}

/** Adds and takes away several keywords at once; emails that are so already are left alone. */
export function manyKeywords(emails: readonly Email[], add: readonly string[], remove: readonly string[]): Patches {
  const patches: Patches = new Map()
  for (const e of emails) {
    const patch: EmailPatch = {}
    for (const k of add) if (!e.keywords[k]) patch[key('keywords', k)] = true
    for (const k of remove) if (e.keywords[k]) patch[key('keywords', k)] = null
    if (Object.keys(patch).length > 0) patches.set(e.id, patch)
  }
  return patches
}

/** Removes emails for good; only what is in the bin gets here, and after a question. */
export async function destroy(engine: MailEngine, a: MailAccount, ids: string[]): Promise<void> {
  const r = await engine.transport.call<SetResponse<Email>>('Email/set', { accountId: a.id, destroy: ids })
  const refused = Object.values(r.notDestroyed ?? {})[0]
  await engine.sync(a.id).catch(() => {})
  if (refused) throw protocolError(refused.type, refused.description)
}

/** The folder a role names, made when the account has none yet. */
export async function roleFolder(engine: MailEngine, a: MailAccount, role: MailboxRole, name: string): Promise<string> {
  const there = a.role(role)
  if (there) return there.id
  const r = await engine.transport.call<SetResponse<{ id: string }>>('Mailbox/set', { accountId: a.id, create: { n: { name, role, parentId: null } } })
  const made = r.created?.['n']
  if (!made) throw protocolError(r.notCreated?.['n']?.type ?? 'serverFail', r.notCreated?.['n']?.description)
  await engine.sync(a.id)
  return made.id
}
