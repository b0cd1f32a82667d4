import { Suspense, lazy } from 'react'
import { useT, withTexts, type Key } from '~/kit/i18n'
import { IconButton } from '~/kit/ui/Button'
import { Bookmark, CheckCheck, Ellipsis, Mail, Minus, SlidersHorizontal, Tag, X } from '~/kit/ui/icons'
import { MenuButton, type MenuEntry } from '~/kit/ui/MenuButton'
import { usePrefs } from '~/kit/prefs'
import { ask } from '../ask'
import { SORTS, choices, choose, useChoices, withPlace, type SortName } from '../choices'
import { useMail } from '../context'
import { folderMenu } from '../folders/menu'
import { termLabel } from '../find/term'
import { LABEL, SEARCH, type Show } from '../route'
import { parseQuery, queryText, termText } from '../search'
import css from './ListTools.module.css'

const SearchFaults = lazy(() => withTexts('gaps', () => import('../find/SearchFaults')))

const sortKeys: Record<SortName, Key> = {
  date: 'sort.date', oldest: 'sort.oldest', from: 'sort.from', subject: 'sort.subject', size: 'sort.size', unread: 'sort.unread', starred: 'sort.starred', files: 'sort.files',
}
const showKeys: Record<Show, Key> = {
  unread: 'list.unread', starred: 'folder.starred', important: 'folder.important', files: 'list.hasFiles', tome: 'show.tome', mine: 'show.mine',
}

/** Under the head: what narrows the list, each to be switched; in a search also its terms. */
export function FilterBar() {
  const t = useT()
  const { route, go, account, place, mailbox } = useMail()
  const { sorts } = useChoices()
  const searching = route.box === SEARCH
  const chips: Show[] = ['starred', 'important', 'files', 'tome', ...(account.isPersonal ? [] : (['mine'] as const))]
  const toggle = (s: Show): void => go({ show: route.show.includes(s) ? route.show.filter((x) => x !== s) : [...route.show, s] })
  const sort = sorts[place] ?? 'date'
  const sortMenu = SORTS.map((s): MenuEntry => ({ id: s, label: t(sortKeys[s]), checked: s === sort, run: () => choose({ sorts: withPlace(choices().sorts, place, s, 'date' as const) }) }))
  return (
    <div className={css.bar} role="group" aria-label={t('list.narrow')}>
      {searching ? <Terms /> : null}
      {(searching || !mailbox ? (['unread', ...chips] as Show[]) : chips).map((s) => (
        <button key={s} type="button" className={css.chip} aria-pressed={route.show.includes(s)} onClick={() => toggle(s)}>
          {t(showKeys[s])}
        </button>
      ))}
      <MenuButton label={t('sort.title', { order: t(sortKeys[sort]) })} entries={sortMenu} className={css.sort} placement="bottom end">
        {t(sortKeys[sort])}
      </MenuButton>
      {searching && (
        <Suspense>
          <SearchFaults />
        </Suspense>
      )}
    </div>
  )
}

/** The terms of the search, each to be taken out by a click. */
function Terms() {
  const t = useT()
  const { route, go } = useMail()
  const terms = parseQuery(route.query)
  const without = (i: number): void => go({ query: queryText(terms.toSpliced(i, 1)), threadId: undefined }, true)
  return (
    <>
      {terms.map((term, i) => (
        <span key={`${i} ${termText(term)}`} className={css.term}>
          <span className={css.words}>{termLabel(t, term)}</span>
          {terms.length > 1 && <IconButton icon={X} size={13} label={t('search.without', { term: termLabel(t, term) })} onClick={() => without(i)} />}
        </span>
      ))}
    </>
  )
}

/** What can be done with the place itself: the same acts as on its row in the folder pane. */
export function PlaceMenu() {
  const t = useT()
  const m = useMail()
  const prefs = usePrefs()
  const { mailbox, account, conversations, place, list, view, route } = m
  const entries = (): MenuEntry[] => [
    ...((view.total ?? 0) > 0 ? [{ id: 'all', label: t('list.selectAll'), icon: CheckCheck, run: list.selectLoaded }] : []),
    ...(route.box === SEARCH || mailbox?.role === 'drafts'
      ? []
      : [
          {
            id: 'conversations',
            label: t(conversations ? 'list.singly' : 'list.together'),
            icon: conversations ? Minus : Mail,
            run: () => choose({ conversationsAt: withPlace(choices().conversationsAt, place, !conversations, prefs.conversations) }),
          },
        ]),
    ...(mailbox ? folderMenu(m, account, mailbox) : []),
    ...(route.box?.startsWith(LABEL) ? [{ id: 'labels', label: t('labels.manage'), icon: Tag, run: () => ask({ what: 'labels' }) }] : []),
  ]
  const { query } = route
  return (
    <>
      {route.box === SEARCH && (
        <>
          <IconButton icon={SlidersHorizontal} label={t('search.filters')} onClick={() => ask({ what: 'filters', query, run: (q) => m.go({ query: q, threadId: undefined }, true) })} />
          <IconButton icon={Bookmark} label={t('search.save')} onClick={() => ask({ what: 'save', query })} />
        </>
      )}
      <MenuButton label={t('list.menu')} icon={Ellipsis} entries={entries} placement="bottom end" />
    </>
  )
}
