import type { Mailbox } from '~/api/jmap'
import { compareNames } from '~/kit/i18n/dates'
import type { MailAccount } from '../account'
import { ask } from '../ask'
import type { MailState } from '../context'
import { shiftFolder } from './acts'
import { removeFolder } from './menu'

/** What a key on a folder does: F2 renames, Delete deletes, Alt and an arrow puts it in order. */
export function folderKey(what: 'order' | 'rename' | 'delete', m: Pick<MailState, 'engine' | 'go' | 'route'>, a: MailAccount, box: Mailbox, by: -1 | 1): void {
  if (what === 'rename') ask({ what: 'folder', account: a, parent: null, rename: box })
  else if (what === 'delete') void removeFolder(m, a, box)
  else void shiftFolder(m.engine, a, box, by, compareNames)
}
