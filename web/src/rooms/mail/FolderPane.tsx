import { useMemo, useRef, type KeyboardEvent } from 'react'
import { useT } from '~/kit/i18n'
import { compareNames, number } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import { prefs, setPrefs, usePrefs } from '~/kit/prefs'
import { Button } from '~/kit/ui/Button'
import { ChevronDown, ChevronRight, SquarePen, Star, Users } from '~/kit/ui/icons'
import { folderTree, type FolderNode, type MailAccount } from './account'
import { useMail, useVersion } from './context'
import css from './FolderPane.module.css'
import { folderIcon, folderName } from './names'
import { SEARCH, STARRED } from './route'

/** The places of the mail room: own folders, then each shared mailbox as a root. */
export function FolderPane() {
  const t = useT()
  const { engine, compose } = useMail()
  const tree = useRef<HTMLDivElement>(null)
  return (
    <div className={css.pane}>
      <Button look="primary" icon={SquarePen} className={css.compose} onClick={() => compose({ how: 'new' })} data-key="c">
        {t('compose.new')}
      </Button>
      <div className={css.tree} role="tree" aria-label={t('frame.folders')} ref={tree} onKeyDown={(e) => walk(e, tree.current)}>
        {engine.accounts.map((a, i) => (
          <Account key={a.id} account={a} own={i === 0} />
        ))}
      </div>
    </div>
  )
}

function Account({ account, own }: { account: MailAccount; own: boolean }) {
  const t = useT()
  const { route, go, account: current } = useMail()
  const { closedFolders } = usePrefs()
  const version = useVersion(account.mailboxes)
  const nodes = useMemo(() => folderTree(account.mailboxes.all(), compareNames), [account, version])
  const starred = account === current && route.box === STARRED
  const closed = !own && closedFolders.includes(account.id)
  const split = nodes.findIndex((n) => n.mailbox.role === null)
  const first = own && split > 0 ? nodes.slice(0, split) : nodes
  const rest = own && split > 0 ? nodes.slice(split) : []
  return (
    <>
      {!own && (
        <button type="button" role="treeitem" aria-expanded={!closed} aria-selected={false} aria-level={1} className={css.root} data-keep tabIndex={-1} onClick={() => setClosed(account.id, !closed)}>
          <Users size={15} aria-hidden />
          <span className={css.name}>{account.name}</span>
          {closed ? <ChevronRight size={15} aria-hidden /> : <ChevronDown size={15} aria-hidden />}
        </button>
      )}
      {!closed && first.map((n) => <FolderRow key={n.mailbox.id} account={account} node={n} shift={own ? 0 : 1} />)}
      {own && (
        <button
          type="button"
          role="treeitem"
          aria-level={1}
          aria-selected={starred}
          aria-current={starred ? 'page' : undefined}
          tabIndex={starred ? 0 : -1}
          className={css.folder}
          onClick={() => go({ accountId: account.id, box: STARRED, threadId: undefined, query: '', unread: false })}
        >
          <span className={css.twist} />
          <Star size={17} strokeWidth={1.75} aria-hidden />
          <span className={css.name}>{t('folder.starred')}</span>
        </button>
      )}
      {rest.length > 0 && <div className={css.rule} role="presentation" />}
      {rest.map((n) => (
        <FolderRow key={n.mailbox.id} account={account} node={n} shift={0} />
      ))}
    </>
  )
}

function setClosed(id: string, closed: boolean): void {
  setPrefs({ closedFolders: closed ? [...new Set([...closedNow(), id])] : closedNow().filter((x) => x !== id) })
}

function FolderRow({ account, node, shift }: { account: MailAccount; node: FolderNode; shift: number }) {
  const t = useT()
  const { route, go, account: current } = useMail()
  const { closedFolders } = usePrefs()
  const m = node.mailbox
  const Icon = folderIcon(m)
  const name = folderName(m)
  const on = account === current && route.box === m.id
  const branch = node.children.length > 0
  const open = branch && !closedFolders.includes(m.id)
  // Drafts count as work to do; in other folders what is unread does.
  const count = m.role === 'drafts' ? m.totalEmails : m.role === 'sent' || m.role === 'trash' ? 0 : m.unreadEmails
  return (
    <>
      <button
        type="button"
        role="treeitem"
        className={css.folder}
        aria-level={node.depth + 1 + shift}
        aria-selected={on}
        aria-current={on ? 'page' : undefined}
        aria-expanded={branch ? open : undefined}
        tabIndex={on || (route.box === SEARCH && m.role === 'inbox') ? 0 : -1}
        data-unread={(count > 0 && m.role !== 'drafts') || undefined}
        style={{ paddingInlineStart: 4 + (node.depth + shift) * 16 }}
        onClick={() => go({ accountId: account.id, box: m.id, threadId: undefined, query: '', unread: false })}
      >
        <span
          className={css.twist}
          onClick={(e) => {
            if (!branch) return
            e.stopPropagation()
            setClosed(m.id, open)
          }}
        >
          {branch && (open ? <ChevronDown size={14} aria-hidden /> : <ChevronRight size={14} aria-hidden />)}
        </span>
        <Icon size={17} strokeWidth={1.75} aria-hidden />
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
      {open && node.children.map((c) => <FolderRow key={c.mailbox.id} account={account} node={c} shift={shift} />)}
    </>
  )
}

function closedNow(): string[] {
  return prefs().closedFolders
}

// The tree pattern of the ARIA practices: arrows walk, left and right fold.
function walk(e: KeyboardEvent<HTMLDivElement>, tree: HTMLElement | null): void {
  const items = [...(tree?.querySelectorAll<HTMLElement>('[role=treeitem]') ?? [])]
  const at = items.indexOf(document.activeElement as HTMLElement)
  const here = items[at]
  if (!here) return
  const expanded = here.getAttribute('aria-expanded')
  const goTo = (el: HTMLElement | undefined): void => {
    if (!el) return
    e.preventDefault()
    el.focus()
  }
  switch (e.key) {
    case 'ArrowDown': return goTo(items[at + 1])
    case 'ArrowUp': return goTo(items[at - 1])
    case 'Home': return goTo(items[0])
    case 'End': return goTo(items.at(-1))
    case 'ArrowRight':
      if (expanded === 'false') twist(here)
      else if (expanded === 'true') goTo(items[at + 1])
      return
    case 'ArrowLeft': {
      if (expanded === 'true') return twist(here)
      const level = Number(here.getAttribute('aria-level'))
      return goTo(items.slice(0, at).findLast((i) => Number(i.getAttribute('aria-level')) < level))
    }
  }
}

function twist(item: HTMLElement): void {
  const target = item.querySelector<HTMLElement>(`.${css.twist}`) ?? item
  target.click()
}
