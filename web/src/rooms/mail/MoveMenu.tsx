import type { Email, Mailbox } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { compareNames } from '~/kit/i18n/dates'
import { FolderInput } from '~/kit/ui/icons'
import { MenuButton, type MenuEntry } from '~/kit/ui/MenuButton'
import { folderTree, type FolderNode } from './account'
import { useMail } from './context'
import { folderIcon, folderName } from './names'

/** Moves to any folder one may add to; the list is the folder tree itself. */
export function MoveMenu({ emails, onMoved, words }: { emails: Email[]; onMoved?: () => void; words?: string }) {
  const t = useT()
  const { account, mailbox, acts } = useMail()
  const entries = (): MenuEntry[] => {
    const out: MenuEntry[] = []
    const add = (n: FolderNode): void => {
      const m: Mailbox = n.mailbox
      if (m.id !== mailbox?.id && m.myRights.mayAddItems && m.role !== 'drafts' && m.role !== 'sent') {
        out.push({
          id: m.id,
          label: folderName(m),
          icon: folderIcon(m),
          indent: n.depth,
          run: () => {
            onMoved?.()
            void acts.move(emails, m)
          },
        })
      }
      n.children.forEach(add)
    }
    folderTree(account.mailboxes.all(), compareNames).forEach(add)
    return out
  }
  return <MenuButton label={t('act.move')} icon={FolderInput} words={words} entries={entries} placement="bottom end" />
}
