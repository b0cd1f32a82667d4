import { Suspense, lazy, useState, useSyncExternalStore } from 'react'
import { useLayout } from '~/app/layout'
import { useT, withTexts } from '~/kit/i18n'
import { number } from '~/kit/i18n/dates'
import { IconButton } from '~/kit/ui/Button'
import { Archive, CheckCheck, Clock, FileDown, FolderInput, Mail, MailOpen, ShieldAlert, SlidersHorizontal, Tag, Trash2, X } from '~/kit/ui/icons'
import { chosenActs } from './chosen'
import { exportBox, exportChosen } from './content/exporting'
import { useMail } from './context'
import { askLater } from './later/request'
import css from './ListHead.module.css'
import { placeTitle } from './place'
import { SEARCH } from './route'

const load = () => withTexts('folders', () => import('./lists/ListTools'))
const FilterBar = lazy(async () => ({ default: (await load()).FilterBar }))
const PlaceMenu = lazy(async () => ({ default: (await load()).PlaceMenu }))

/** Above the list: where one is and how much there is; with rows chosen, what to do with them. */
export function ListHead() {
  const t = useT()
  const { view, list, mailbox, route, go } = useMail()
  useSyncExternalStore(view.subscribe, view.snapshot)
  const [bar, setBar] = useState(false)
  const { show } = route
  if (list.selected.size > 0) return <Chosen />
  const unread = show.includes('unread')
  const searching = route.box === SEARCH
  const open = bar || searching || show.some((s) => s !== 'unread')
  return (
    <>
      <div className={css.measure}>
        <header className={css.head}>
          <h1 className={css.title}>{placeTitle(mailbox, route.box ?? '')}</h1>
          {view.total !== undefined && <span className={css.total}>{t('list.total', { count: view.total, shown: number(view.total) })}</span>}
          <i className={css.spring} />
          {mailbox && mailbox.role !== 'drafts' && (
            <span className={css.tabs} role="group" aria-label={t('list.show')}>
              <button type="button" aria-pressed={!unread} onClick={() => go({ show: show.filter((s) => s !== 'unread') })}>
                {t('list.all')}
              </button>
              <button type="button" aria-pressed={unread} onClick={() => go({ show: unread ? show : [...show, 'unread'] })}>
                {t('list.unread')}
              </button>
            </span>
          )}
          {!searching && <IconButton icon={SlidersHorizontal} label={t('list.narrow')} aria-expanded={open} onClick={() => (open ? (setBar(false), go({ show: show.filter((s) => s === 'unread') })) : setBar(true))} />}
          <Suspense fallback={<span className={css.room} />}>
            <PlaceMenu />
          </Suspense>
        </header>
      </div>
      {open && (
        <Suspense>
          <FilterBar />
        </Suspense>
      )}
    </>
  )
}

function Chosen() {
  const t = useT()
  const m = useMail()
  const { list, mailbox, view } = m
  const act = chosenActs(m)
  const unread = list.everything || act.emails().some((e) => !e.keywords['$seen'])
  const shown = view.rows.every((id) => id === undefined || list.selected.has(id))
  const total = view.total ?? 0
  const phone = useLayout() === 'phone'
  // First what is loaded, then all there is, as large as it may be.
  const more = !shown ? list.selectLoaded : !list.everything && list.selected.size < total ? list.selectEverything : undefined
  const moreText = shown ? t('list.chooseEverything', { count: number(total) }) : t('list.chooseAll')
  return (
    <div className={css.measure}>
      <header className={css.head} data-chosen>
        <IconButton icon={X} label={t('list.clear')} shortcut="Esc" onClick={list.clear} />
        <span className={css.count} role="status">
          <span className={css.words}>{list.everything ? t('list.chosenAll', { count: number(total) }) : t('list.chosen', { count: list.selected.size })}</span>
          <span className={css.figure} aria-hidden>
            {number(list.everything ? total : list.selected.size)}
          </span>
        </span>
        {more && (
          <button type="button" className={css.link} onClick={more}>
            {moreText}
          </button>
        )}
        <i className={css.spring} />
        {more && <IconButton icon={CheckCheck} className={css.all ?? ''} label={moreText} onClick={more} />}
        {!m.account.isReadOnly && (
          <>
            {mailbox?.role !== 'archive' && <IconButton icon={Archive} label={t('act.archive')} shortcut="e" onClick={act.archive} />}
            <IconButton icon={Trash2} label={t('act.delete')} shortcut="#" onClick={act.trash} />
            <IconButton icon={unread ? MailOpen : Mail} label={t(unread ? 'act.markRead' : 'act.markUnread')} onClick={() => act.seen(unread)} />
            {!list.everything && <IconButton icon={Clock} label={t('act.snooze')} shortcut="b" onClick={() => askLater({ kind: 'snooze', engine: m.engine, account: m.account, emails: act.emails(), leave: list.clear })} />}
            <IconButton icon={FolderInput} label={t('act.move')} shortcut="v" onClick={act.askMove} />
            <IconButton icon={Tag} label={t('act.label')} shortcut="l" onClick={act.askLabel} />
            {mailbox?.role !== 'junk' && !phone && <IconButton icon={ShieldAlert} label={t('act.junk')} shortcut="!" onClick={act.junk} />}
          </>
        )}
        {!phone && <IconButton icon={FileDown} label={t('act.export')} onClick={() => (list.everything && mailbox ? exportBox(m.account, mailbox.id) : exportChosen(m.account, act.emails().map((e) => e.id)))} />}
      </header>
    </div>
  )
}
