import { useSyncExternalStore } from 'react'
import { useT } from '~/kit/i18n'
import { number } from '~/kit/i18n/dates'
import { IconButton } from '~/kit/ui/Button'
import { Archive, FileDown, Mail, MailOpen, ShieldAlert, Trash2, X } from '~/kit/ui/icons'
import { exportChosen } from './content/exporting'
import { useMail } from './context'
import css from './ListHead.module.css'
import { rowEmails } from './MailRoom'
import { MoveMenu } from './MoveMenu'
import { folderName } from './names'
import { SEARCH } from './route'

/** Above the list: where one is and how much there is; with rows chosen, what to do with them. */
export function ListHead() {
  const t = useT()
  const m = useMail()
  const { view, list, mailbox, route, go } = m
  useSyncExternalStore(view.subscribe, view.snapshot)
  if (list.selected.size > 0) return <Chosen />
  const title = mailbox ? folderName(mailbox) : t(route.box === SEARCH ? 'search.title' : 'folder.starred')
  return (
    <header className={css.head}>
      <h1 className={css.title}>{title}</h1>
      {view.total !== undefined && <span className={css.total}>{t('list.total', { count: view.total, shown: number(view.total) })}</span>}
      <i className={css.spring} />
      {mailbox && mailbox.role !== 'drafts' && (
        <span className={css.tabs} role="group" aria-label={t('list.show')}>
          <button type="button" aria-pressed={!route.unread} onClick={() => go({ unread: false })}>
            {t('list.all')}
          </button>
          <button type="button" aria-pressed={route.unread} onClick={() => go({ unread: true })}>
            {t('list.unread')}
          </button>
        </span>
      )}
    </header>
  )
}

function Chosen() {
  const t = useT()
  const m = useMail()
  const { list, acts, mailbox, view } = m
  const emails = rowEmails(m, list.selected)
  const unread = emails.some((e) => !e.keywords['$seen'])
  const all = view.rows.every((id) => id === undefined || list.selected.has(id))
  const then = (act: Promise<unknown>): void => {
    list.clear()
    void act
  }
  return (
    <header className={css.head} data-chosen>
      <IconButton icon={X} label={t('list.clear')} shortcut="Esc" onClick={list.clear} />
      <span className={css.count} role="status">
        {t('list.chosen', { count: list.selected.size })}
      </span>
      {!all && (
        <button type="button" className={css.link} onClick={list.selectLoaded}>
          {t('list.chooseAll')}
        </button>
      )}
      <i className={css.spring} />
      {mailbox?.role !== 'archive' && <IconButton icon={Archive} label={t('act.archive')} shortcut="e" onClick={() => then(acts.archive(emails))} />}
      <IconButton icon={Trash2} label={t('act.delete')} shortcut="#" onClick={() => then(acts.trash(emails))} />
      <IconButton icon={unread ? MailOpen : Mail} label={t(unread ? 'act.markRead' : 'act.markUnread')} onClick={() => then(acts.seen(emails, unread))} />
      <MoveMenu emails={emails} onMoved={list.clear} />
      <IconButton icon={FileDown} label={t('act.export')} onClick={() => exportChosen(m.account, emails.map((e) => e.id))} />
      {mailbox?.role !== 'junk' && <IconButton icon={ShieldAlert} label={t('act.junk')} onClick={() => then(acts.junk(emails))} />}
    </header>
  )
}
