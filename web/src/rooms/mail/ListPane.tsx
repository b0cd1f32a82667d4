import { Fragment, useCallback, useEffect, useLayoutEffect, useRef, useState, useSyncExternalStore, type RefObject } from 'react'
import { useLayout } from '~/app/layout'
import { useT } from '~/kit/i18n'
import { usePrefs, type Prefs } from '~/kit/prefs'
import { Button } from '~/kit/ui/Button'
import { Inbox, Search } from '~/kit/ui/icons'
import { Empty, Failure, Skeleton } from '~/kit/ui/states'
import { VirtualRows } from '~/kit/ui/VirtualRows'
import { useLetterDrop } from './content/drop'
import { useMail } from './context'
import css from './ListPane.module.css'
import { ListHead } from './ListHead'
import { MessageRow } from './MessageRow'
import { choices } from './choices'
import { DateBar, DateHeading } from './dates/Headings'
import { SEARCH } from './route'
import { useSnippets } from './use-snippets'

type Shape = 'narrow' | 'wide' | 'phone'

// One line where the list is wide, two beside an open message, three on a phone.
const HEIGHTS: Record<Shape, Record<Prefs['density'], number>> = {
  wide: { compact: 32, normal: 40, comfortable: 52 },
  narrow: { compact: 52, normal: 62, comfortable: 76 },
  phone: { compact: 78, normal: 88, comfortable: 96 },
}

export function ListPane() {
  const t = useT()
  const layout = useLayout()
  const { density } = usePrefs()
  const room = useMail()
  const { view, list, route, account, place } = room
  const now = useRef(room)
  now.current = room
  useSyncExternalStore(view.subscribe, view.snapshot)
  const drop = useLetterDrop()
  const scroller = useRef<HTMLDivElement>(null)
  const [width, setWidth] = useState(400)
  const shape: Shape = layout === 'phone' ? 'phone' : width >= 720 ? 'wide' : 'narrow'
  const height = HEIGHTS[shape][density]
  // In steps, so that not each pixel of a pane that is drawn wider draws all rows anew.
  const roomy = Math.ceil(width / 100) * 100
  const searching = route.box === SEARCH
  const snippets = useSnippets(searching ? view : null)
  const range = useRange(view)
  usePlace(scroller, height)

  useEffect(() => {
    const el = scroller.current
    if (!el) return
    const sizes = new ResizeObserver(() => setWidth(el.clientWidth))
    sizes.observe(el)
    return () => sizes.disconnect()
  }, [])

  const rows = view.rows
  const total = view.total
  const sort = choices().sorts[place] ?? 'date'
  const dated = sort === 'date' || sort === 'oldest'
  const firstId = rows[0]
  const row = useCallback(
    (i: number) => {
      const id = rows[i]
      const day = new Date().toDateString()
      const row = <MessageRow key={id ?? `hole-${i}`} id={id} index={i} height={height} shape={shape} snippet={id ? snippets.get(id) : undefined} focusable={list.cursor ? id === list.cursor : id === firstId} day={day} room={shape === 'wide' ? roomy - 300 : roomy} now={now} />
      if (!dated || i === 0) return row
      return (
        <Fragment key={id ?? `hole-${i}`}>
          <DateHeading account={account} before={rows[i - 1]} id={id} day={day} />
          {row}
        </Fragment>
      )
    },
    [rows, height, shape, roomy, snippets, list.cursor, firstId, dated, account],
  )

  return (
    <>
      <ListHead />
      {drop.shown}
      {dated && rows.length > 0 && <DateBar account={account} view={view} scroller={scroller} height={height} />}
      <div className={css.scroller} ref={scroller} {...drop.bind} id="list" tabIndex={-1} data-scroller data-shape={shape}>
        {total === undefined && view.error && <Failure error={view.error} retry={() => void view.ensure(0, 40)} />}
        {total === undefined && !view.error && <Skeleton lines={12} label={t(searching ? 'search.running' : 'state.loading')} />}
        {total !== undefined && rows.length === 0 && <NothingHere />}
        {rows.length > 0 && (
          <div role="grid" aria-label={t('list.name')} aria-rowcount={rows.length} aria-multiselectable className={css.grid}>
            <VirtualRows count={rows.length} height={height} row={row} onRange={range} />
          </div>
        )}
      </div>
      <p className="sr" role="status">
        {searching && total !== undefined ? t('search.found', { count: total }) : ''}
      </p>
    </>
  )
}

/** Asks for the rows in view; while flinging through, only where it comes to rest. */
function useRange(view: ReturnType<typeof useMail>['view']): (from: number, to: number) => void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const last = useRef(0)
  useEffect(() => void view.ensure(0, 40), [view])
  useEffect(() => () => clearTimeout(timer.current), [view])
  return useCallback(
    (from: number, to: number) => {
      clearTimeout(timer.current)
      const near = Math.abs(from - last.current) < 60
      last.current = from
      timer.current = setTimeout(() => void view.ensure(from, to + 20), near ? 0 : 90)
    },
    [view],
  )
}

/**
 * What arrives above does not move what is being looked at: when rows are
 * added or removed above the first visible one, the scroll position follows.
 * A list read from its very top stays at the top and shows what is new.
 */
function usePlace(scroller: RefObject<HTMLDivElement | null>, height: number): void {
  const { view, list } = useMail()
  const first = useRef<{ id: string; index: number } | undefined>(undefined)
  // Kept, since to ask the browser for it lays out at once what was just drawn.
  const top = useRef(0)
  const rows = view.rows
  useLayoutEffect(() => {
    first.current = undefined
    top.current = 0
    if (scroller.current) scroller.current.scrollTop = 0
  }, [view, scroller])
  useLayoutEffect(() => {
    const el = scroller.current
    if (!el) return
    const was = first.current
    const at = was && top.current > 4 ? view.indexOf(was.id) : -1
    if (was && at >= 0 && at !== was.index) {
      el.scrollTop += (at - was.index) * height
      top.current = el.scrollTop
    }
    const note = (): void => {
      const index = Math.floor(top.current / height)
      const id = view.rows[index]
      first.current = id === undefined ? undefined : { id, index }
    }
    const scrolled = (): void => {
      top.current = el.scrollTop
      note()
    }
    note()
    el.addEventListener('scroll', scrolled, { passive: true, capture: true })
    return () => el.removeEventListener('scroll', scrolled, { capture: true })
  }, [rows, view, height, scroller])

  // The cursor is always in view.
  useLayoutEffect(() => {
    const el = scroller.current
    if (!el || list.cursor === undefined) return
    const at = view.indexOf(list.cursor)
    if (at < 0) return
    const top = at * height
    if (top < el.scrollTop) el.scrollTop = top
    else if (top + height > el.scrollTop + el.clientHeight) el.scrollTop = top + height - el.clientHeight
  }, [list.cursor, height, view, scroller])
}

function NothingHere() {
  const t = useT()
  const { route, mailbox, go } = useMail()
  if (route.box === SEARCH) {
    return (
      <Empty icon={Search} title={t('search.none', { query: route.query })}>
        {t('search.none.hint')}
      </Empty>
    )
  }
  if (route.show.includes('unread')) {
    return <Empty icon={Inbox} title={t('empty.unread')} action={<Button onClick={() => go({ show: [] })}>{t('list.all')}</Button>} />
  }
  if (mailbox?.role === 'inbox') return <Empty icon={Inbox} title={t('empty.inbox')}>{t('empty.inbox.hint')}</Empty>
  if (mailbox?.role === 'drafts') return <Empty icon={Inbox} title={t('empty.drafts')}>{t('empty.drafts.hint')}</Empty>
  if (mailbox?.role === 'trash') return <Empty icon={Inbox} title={t('empty.trash')} />
  return <Empty icon={Inbox} title={t('empty.folder')}>{t('empty.folder.hint')}</Empty>
}
