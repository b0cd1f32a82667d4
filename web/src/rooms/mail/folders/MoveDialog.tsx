import type { Mailbox } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { compareNames } from '~/kit/i18n/dates'
import { asSyncError } from '~/kit/sync/errors'
import { Dialog } from '~/kit/ui/Dialog'
import { PanelLeft } from '~/kit/ui/icons'
import { errorText } from '~/kit/ui/states'
import { sayError } from '~/kit/undo'
import { folderPath, folderTree, type FolderNode } from '../account'
import type { Ask } from '../ask'
import { placeName, useChoices } from '../choices'
import { useMail } from '../context'
import { folderIcon, folderName } from '../names'
import { createFolder } from './acts'
import { Pick, type Option } from './Pick'

const TOP = '~top'
const NEW = '~new'

/** Folders to choose from: the latest ones first, the rest as in the pane; typing narrows, and makes a new one. */
export function MoveDialog({ ask, onClose }: { ask: Ask & { what: 'move' }; onClose: () => void }) {
  const t = useT()
  const { engine } = useMail()
  const { recentFolders } = useChoices()
  const { account } = ask
  const option = (m: Mailbox, group: string): Option => {
    const Icon = folderIcon(m)
    const parent = m.parentId === null ? undefined : account.mailboxes.get(m.parentId)
    return { id: m.id, text: folderName(m), group, mark: <Icon size={16} aria-hidden />, ...(parent ? { note: folderPath(account, parent, folderName) } : {}) }
  }
  const may = (m: Mailbox): boolean => !ask.not.includes(m.id) && m.myRights.mayAddItems && m.role !== 'drafts' && m.role !== 'sent'
  const all: Mailbox[] = []
  const add = (n: FolderNode): void => {
    if (may(n.mailbox)) all.push(n.mailbox)
    n.children.forEach(add)
  }
  folderTree(account.mailboxes.all(), compareNames).forEach(add)
  const latest = ask.latest ? recentFolders.map((p) => all.find((m) => placeName(account.id, m.id) === p)).filter((m): m is Mailbox => m !== undefined) : []
  const options: Option[] = [
    ...(ask.top ? [{ id: TOP, text: ask.top, group: 'top', mark: <PanelLeft size={16} aria-hidden /> }] : []),
    ...latest.map((m) => option(m, 'recent')),
    ...all.filter((m) => !latest.includes(m)).map((m) => option(m, 'all')),
  ]
  const make = async (name: string): Promise<void> => {
    try {
      const id = await createFolder(engine, account, name, null)
      ask.pick(account.mailboxes.get(id) ?? null)
    } catch (e) {
      sayError(errorText(t, asSyncError(e)))
    }
  }
  return (
    <Dialog title={ask.title} onClose={onClose}>
      <Pick
        label={t('pick.folder')}
        options={options}
        extra={(text) => (text && !all.some((m) => folderName(m).toLowerCase() === text.toLowerCase()) ? { id: NEW, text: t('pick.newFolder', { name: text }) } : undefined)}
        onPick={(o, text) => {
          onClose()
          // The dialog gives the focus back first, so that the act may move it on.
          setTimeout(() => (o.id === NEW ? void make(text) : ask.pick(o.id === TOP ? null : (account.mailboxes.get(o.id) ?? null))), 0)
        }}
      />
    </Dialog>
  )
}
