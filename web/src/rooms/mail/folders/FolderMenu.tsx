import { lazy } from 'react'
import type { Mailbox } from '~/api/jmap'
import type { MailAccount } from '../account'
import { useMail } from '../context'
import { folderName } from '../names'
import { folderMenu } from './menu'

const MenuPopover = lazy(() => import('~/kit/ui/overlay/MenuPopover'))

/** The menu of one folder, beside its row. */
export default function FolderMenu({ account, mailbox, row, onClose }: { account: MailAccount; mailbox: Mailbox; row: HTMLElement; onClose: () => void }) {
  const m = useMail()
  return <MenuPopover trigger={{ current: row }} label={folderName(mailbox)} entries={folderMenu(m, account, mailbox)} onClose={onClose} placement="right bottom" />
}
