import type { Email, Filter, Mailbox } from '~/api/jmap'
import { t, type Key } from '~/kit/i18n'
import { number } from '~/kit/i18n/dates'
import { confirm } from '~/kit/ui/Dialog'
import { junkPatches, manyKeywords, movePatches, roleFolder } from '../acts'
import type { MailState } from '../context'
import { folderName } from '../names'
import type { EmailPatch } from '../patch'
import { inTrash } from '../place'
import { bulk, type BulkAct } from './run'

type Room = Pick<MailState, 'engine' | 'account' | 'mailbox' | 'view'>

/** What can be done to every letter of a place at once, those not loaded included. */
export type BulkOrder =
  | { do: 'archive' | 'junk' | 'notJunk' | 'trash' | 'destroy' }
  | { do: 'move'; to: Mailbox }
  | { do: 'keyword'; add: readonly string[]; remove: readonly string[]; title: Key }

/** Does the order to all that the list in view would show if it were scrolled to its end. */
export async function orderAll(m: Room, order: BulkOrder): Promise<void> {
  const from = m.mailbox?.id ?? null
  const filter = m.view.spec.filter as Filter
  switch (order.do) {
    case 'keyword': {
      const patch = (e: Email): EmailPatch => manyKeywords([e], order.add, order.remove).get(e.id) ?? {}
      return run(m, filter, t(order.title), { kind: 'change', patch })
    }
    case 'move': return moveAll(m, filter, from, order.to.id, folderName(order.to))
    case 'archive': return moveAll(m, filter, from, await roleFolder(m.engine, m.account, 'archive', t('folder.archive')), t('folder.archive'))
    case 'junk':
    case 'notJunk': {
      const junk = order.do === 'junk'
      const role = junk ? 'junk' : 'inbox'
      const name = t(junk ? 'folder.junk' : 'folder.inbox')
      const to = await roleFolder(m.engine, m.account, role, name)
      return run(m, filter, t('bulk.move', { folder: name }), { kind: 'change', patch: (e) => junkPatches([e], from, to, junk).get(e.id) ?? {} })
    }
    case 'trash': {
      if (inTrash(m.account, m.mailbox)) return destroyAll(m, filter, m.view.total ?? 0)
      return moveAll(m, filter, null, await roleFolder(m.engine, m.account, 'trash', t('folder.trash')), t('folder.trash'))
    }
    case 'destroy': return destroyAll(m, filter, m.view.total ?? 0)
  }
}

function moveAll(m: Room, filter: Filter, from: string | null, to: string, name: string): Promise<void> {
  return run(m, filter, t('bulk.move', { folder: name }), { kind: 'change', patch: (e) => movePatches([e], from, to).get(e.id) ?? {} })
}

async function destroyAll(m: Room, filter: Filter, count: number): Promise<void> {
  const yes = await confirm({ title: t('bulk.destroy.title', { count, all: number(count) }), text: t('bulk.destroy.text'), confirm: t('bulk.destroy.confirm') })
  if (yes) await run(m, filter, t('bulk.destroy'), { kind: 'destroy' })
}

async function run(m: Room, filter: Filter, title: string, act: BulkAct): Promise<void> {
  await bulk({ engine: m.engine, account: m.account, title, undoTitle: t('bulk.undoing') }, filter, act)
}

/** Empties the bin or the junk folder, the folders inside it included; says whether nothing is left. */
export async function emptyFolder(m: Pick<Room, 'engine' | 'account'>, mailbox: Mailbox, inside: readonly Mailbox[]): Promise<boolean> {
  const all = [mailbox, ...inside]
  const count = all.reduce((n, b) => n + b.totalEmails, 0)
  const yes = await confirm({ title: t('bulk.empty.title', { folder: folderName(mailbox), count, all: number(count) }), text: t('bulk.destroy.text'), confirm: t('bulk.empty.confirm', { folder: folderName(mailbox) }) })
  if (!yes) return false
  const filter: Filter = { operator: 'OR', conditions: all.map((b) => ({ inMailbox: b.id })) }
  return bulk({ engine: m.engine, account: m.account, title: t('bulk.empty', { folder: folderName(mailbox) }), undoTitle: '' }, filter, { kind: 'destroy' })
}

/** Marks all that is unread in a folder as read. */
export async function readAll(m: Pick<Room, 'engine' | 'account'>, mailbox: Mailbox): Promise<void> {
  const filter: Filter = { inMailbox: mailbox.id, notKeyword: '$seen' }
  await bulk({ engine: m.engine, account: m.account, title: t('bulk.read', { folder: folderName(mailbox) }), undoTitle: t('bulk.undoing') }, filter, { kind: 'change', patch: (e) => manyKeywords([e], ['$seen'], []).get(e.id) ?? {} })
}
