import type { Mailbox } from '~/api/jmap'
import { compareNames } from '~/kit/i18n/dates'
import type { MailAccount } from '../account'
import type { MailEngine } from '../engine'
import { deleteFolder, moveFolder, placeFolder, siblings } from './acts'
import type { Zone } from './use-drop'

/** Lets go of a folder on another one: into it, or beside it. */
export async function dropFolder(engine: MailEngine, a: MailAccount, id: string, onto: Mailbox, zone: Zone): Promise<void> {
  const m = a.mailboxes.get(id)
  if (!m) return
  if (zone === 'into') return onto.role === 'trash' ? void (await deleteFolder(engine, a, m)) : moveFolder(engine, a, m, onto)
  const order = siblings(a, onto, compareNames).filter((x) => x.id !== id)
  const at = order.findIndex((x) => x.id === onto.id) + (zone === 'after' ? 1 : 0)
  await placeFolder(engine, a, m, onto.parentId, order.toSpliced(at, 0, m))
}
