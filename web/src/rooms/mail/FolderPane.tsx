import { Suspense, lazy, memo, useCallback, useMemo, useRef, useState, type KeyboardEvent, type RefObject } from 'react'
import type { Mailbox } from '~/api/jmap'
import { useT, withTexts } from '~/kit/i18n'
import { compareNames } from '~/kit/i18n/dates'
import { usePrefs } from '~/kit/prefs'
import { Button } from '~/kit/ui/Button'
import { ChevronDown, ChevronRight, CircleAlert, SquarePen, Star, Users } from '~/kit/ui/icons'
import { folderTree, type MailAccount } from './account'
import { useMail, useVersion, type MailState } from './context'
import { FolderRow, setClosed } from './folders/FolderRow'
import { walkTree } from './folders/walk'
import css from './FolderPane.module.css'
import { IMPORTANT, LABEL, SEARCH, STARRED } from './route'

const Extras = lazy(() => withTexts('folders', () => import('./folders/Extras')))
const RequestsEntry = lazy(() => withTexts('templates', () => import('./templates/RequestsEntry')))
const SharedAway = lazy(() => withTexts('offline', () => import('./offline/SharedAway')))
const FolderMenu = lazy(() => withTexts('folders', () => import('./folders/FolderMenu')))

/** A folder whose menu is wanted, and the row it hangs on. */
interface Wanted {
  account: MailAccount
  mailbox: Mailbox
  row: HTMLElement
}

/** The places of the mail room: own folders, then each shared mailbox as a root, then labels and kept searches. */
export function FolderPane() {
  const t = useT()
  const room = useMail()
  const { engine, compose, account: current, route } = room
  const now = useRef(room)
  now.current = room
  const walk = (e: KeyboardEvent<HTMLDivElement>): void => walkTree(e, e.currentTarget)
  const [menu, setMenu] = useState<Wanted | null>(null)
  const [hidden, setHidden] = useState(false)
  const onMenu = useCallback((account: MailAccount, mailbox: Mailbox, row: HTMLElement): void => setMenu({ account, mailbox, row }), [])
  const here = (a: MailAccount): string | undefined => (a === current || searched(route.box) ? route.box : undefined)
  return (
    <div className={css.pane}>
      <Button look="primary" icon={SquarePen} className={css.compose} onClick={() => compose({ how: 'new' })} data-key="c">
        {t('compose.new')}
      </Button>
      <div className={css.scroll}>
        <div role="tree" aria-label={t('frame.folders')} onKeyDown={walk}>
          {engine.accounts.slice(0, 1).map((a) => (
            <Account key={a.id} account={a} own here={here(a)} now={now} hidden={hidden} onMenu={onMenu} />
          ))}
        </div>
        <Suspense>
          <Extras hidden={hidden} onHidden={setHidden} />
        </Suspense>
        {engine.accounts.length > 1 && (
          <div role="tree" aria-label={t('frame.shared')} onKeyDown={walk}>
            {engine.accounts.slice(1).map((a) => (
              <Account key={a.id} account={a} own={false} here={here(a)} now={now} hidden={hidden} onMenu={onMenu} />
            ))}
          </div>
        )}
      </div>
      {menu && (
        <Suspense>
          <FolderMenu account={menu.account} mailbox={menu.mailbox} row={menu.row} onClose={() => setMenu(null)} />
        </Suspense>
      )}
    </div>
  )
}

interface AccountProps {
  account: MailAccount
  own: boolean
  /** What of it is in view. */
  here: string | undefined
  now: RefObject<MailState>
  /** Folders the person put out of sight are shown as well. */
  hidden: boolean
  onMenu: (account: MailAccount, mailbox: Mailbox, row: HTMLElement) => void
}

/** Whether a place leaves no folder marked, so that the inbox is where the tree is entered. */
const searched = (box: string | undefined): boolean => box === SEARCH || box?.startsWith(LABEL) === true

// Drawn when the place or a folder changes, not with every step of the cursor.
const Account = memo(function Account({ account, own, here, now, hidden, onMenu }: AccountProps) {
  const t = useT()
  const { closedFolders } = usePrefs()
  const version = useVersion(account.mailboxes)
  const nodes = useMemo(() => folderTree(account.mailboxes.all().filter((m) => hidden || m.role !== null || m.isSubscribed), compareNames), [account, version, hidden])
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
      {!own && !closed && nodes.length === 0 && (
        <Suspense>
          <SharedAway />
        </Suspense>
      )}
      {!closed && first.map((n) => <FolderRow key={n.mailbox.id} account={account} node={n} shift={own ? 0 : 1} here={here} now={now} onMenu={onMenu} />)}
      {own && <Place account={account} here={here} now={now} box={STARRED} icon={Star} name={t('folder.starred')} />}
      {own && <Place account={account} here={here} now={now} box={IMPORTANT} icon={CircleAlert} name={t('folder.important')} />}
      {rest.length > 0 && <div className={css.rule} role="presentation" />}
      {rest.map((n) => (
        <FolderRow key={n.mailbox.id} account={account} node={n} shift={0} here={here} now={now} onMenu={onMenu} />
      ))}
      {!closed && (
        <Suspense>
          <RequestsEntry account={account} />
        </Suspense>
      )}
    </>
  )
})

/** A place that is no folder: what bears a mark, wherever it lies. */
function Place({ account, here, now, box, icon: Icon, name }: { account: MailAccount; here: string | undefined; now: RefObject<MailState>; box: string; icon: typeof Star; name: string }) {
  const on = here === box
  return (
    <button type="button" role="treeitem" aria-level={1} aria-selected={on} aria-current={on ? 'page' : undefined} tabIndex={on ? 0 : -1} className={css.folder} onClick={() => now.current.go({ accountId: account.id, box, threadId: undefined })}>
      <span className={css.twist} />
      <Icon size={17} strokeWidth={1.75} aria-hidden />
      <span className={css.name}>{name}</span>
    </button>
  )
}
