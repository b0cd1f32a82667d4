import { memo, useRef, type KeyboardEvent, type MouseEvent, type RefObject } from 'react'
import type { Mailbox } from '~/api/jmap'
import { useT, withTexts } from '~/kit/i18n'
import { number } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import { prefs, setPrefs, usePrefs } from '~/kit/prefs'
import { ChevronDown, ChevronRight, Ellipsis } from '~/kit/ui/icons'
import type { FolderNode, MailAccount } from '../account'
import { placeName, useChoices } from '../choices'
import type { MailState } from '../context'
import { dragFolder } from '../drag'
import css from '../FolderPane.module.css'
import colours from '../labels/Labels.module.css'
import { folderIcon, folderName } from '../names'
import { LABEL, SEARCH } from '../route'
import { useDrop } from './use-drop'

interface Props {
  account: MailAccount
  node: FolderNode
  shift: number
  /** What of this account is in view: a folder or another place. */
  here: string | undefined
  /** The room as it is now, for what a row does. */
  now: RefObject<MailState>
  onMenu: (account: MailAccount, mailbox: Mailbox, row: HTMLElement) => void
}

/** The tree is made anew with every count that changes; a row only where its own folders did. */
function same(a: FolderNode, b: FolderNode): boolean {
  return a.mailbox === b.mailbox && a.depth === b.depth && a.children.length === b.children.length && a.children.every((c, i) => same(c, b.children[i] as FolderNode))
}

/** One folder and those in it: a place to go to, to drop on, to rename, to order. */
export const FolderRow = memo(Row, (a, b) => same(a.node, b.node) && a.account === b.account && a.shift === b.shift && a.here === b.here && a.onMenu === b.onMenu)

function Row({ account, node, shift, here, now, onMenu }: Props) {
  const t = useT()
  const { closedFolders } = usePrefs()
  const { folderColours } = useChoices()
  const row = useRef<HTMLButtonElement>(null)
  const m = node.mailbox
  const Icon = folderIcon(m)
  const name = folderName(m)
  const on = here === m.id
  const branch = node.children.length > 0
  const open = branch && !closedFolders.includes(m.id)
  const drop = useDrop(account, m, branch && !open ? () => setClosed(m.id, false) : undefined, now)
  // Drafts count as work to do; in other folders what is unread does.
  const count = m.role === 'drafts' ? m.totalEmails : m.role === 'sent' || m.role === 'trash' ? 0 : m.unreadEmails
  const elsewhere = here === SEARCH || here?.startsWith(LABEL)
  const menu = (e: MouseEvent | KeyboardEvent): void => {
    e.preventDefault()
    e.stopPropagation()
    if (row.current) onMenu(account, m, row.current)
  }
  return (
    <>
      <div className={css.line} role="presentation" data-drop={drop.over} {...drop.handlers}>
        <button
          ref={row}
          type="button"
          role="treeitem"
          className={css.folder}
          aria-level={node.depth + 1 + shift}
          aria-selected={on}
          aria-current={on ? 'page' : undefined}
          aria-expanded={branch ? open : undefined}
          aria-keyshortcuts="Shift+F10"
          tabIndex={on || (elsewhere && m.role === 'inbox') ? 0 : -1}
          data-unread={(count > 0 && m.role !== 'drafts') || undefined}
          data-hidden={(m.role === null && !m.isSubscribed) || undefined}
          style={{ paddingInlineStart: 4 + (node.depth + shift) * 16 }}
          draggable={m.role === null && m.myRights.mayRename}
          onDragStart={(e) => dragFolder(e, account.id, m.id, name)}
          onClick={() => now.current.go({ accountId: account.id, box: m.id, threadId: undefined })}
          onContextMenu={menu}
          onKeyDown={(e) => folderKey(e, menu, account, m)}
        >
          <span
            className={css.twist}
            data-twist
            onClick={(e) => {
              if (!branch) return
              e.stopPropagation()
              setClosed(m.id, open)
            }}
          >
            {branch && (open ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden />)}
          </span>
          <Icon size={17} strokeWidth={1.75} className={colours.folder} data-colour={folderColours[placeName(account.id, m.id)]} aria-hidden />
          <span className={css.name} lang={m.role ? undefined : guessLanguage(name)} title={name}>
            {name}
          </span>
          {count > 0 && (
            <span className={css.count}>
              {number(count)}
              <span className="sr"> {t(m.role === 'drafts' ? 'folder.messages' : 'folder.unread')}</span>
            </span>
          )}
        </button>
        {/* For the mouse; by key it is Shift-F10, and the list's head has the same menu. */}
        <button type="button" className={css.more} tabIndex={-1} aria-hidden data-keep onClick={menu}>
          <Ellipsis size={16} />
        </button>
      </div>
      {open && node.children.map((c) => <FolderRow key={c.mailbox.id} account={account} node={c} shift={shift} here={here} now={now} onMenu={onMenu} />)}
    </>
  )

  function folderKey(e: KeyboardEvent, openMenu: (e: KeyboardEvent) => void, a: MailAccount, box: Mailbox): void {
    if (e.key === 'ContextMenu' || (e.shiftKey && e.key === 'F10')) return openMenu(e)
    if (box.role !== null || !box.myRights.mayRename) return
    const order = e.altKey && (e.key === 'ArrowUp' || e.key === 'ArrowDown')
    if (e.key !== 'F2' && e.key !== 'Delete' && !order) return
    e.preventDefault()
    e.stopPropagation()
    const by = e.key === 'ArrowUp' ? -1 : 1
    const what = order ? 'order' : e.key === 'F2' ? 'rename' : 'delete'
    void withTexts('folders', () => import('./keys')).then((k) => k.folderKey(what, now.current, a, box, by))
  }
}

/** Folds or unfolds a branch, and remembers it. */
export function setClosed(id: string, closed: boolean): void {
  const now = prefs().closedFolders
  setPrefs({ closedFolders: closed ? [...new Set([...now, id])] : now.filter((x) => x !== id) })
}
