import { useLayoutEffect, useRef, useState, type MouseEvent, type ReactNode } from 'react'
import { flushSync } from 'react-dom'

interface Props {
  count: number
  height: number
  /** Rows are drawn for these positions only. */
  row: (index: number) => ReactNode
  onRange: (from: number, to: number) => void
}

/** Rows drawn beyond the visible ones on each side, and how long after a far jump, or the first ones (ms): those come without them. */
const OVERSCAN = 8
const LATER = 80
/** How long after the last step of scrolling (ms) the rows are under the mouse again. */
const REST = 100
/** Browsers stop drawing somewhere above 16 million pixels. */
const MAX_HEIGHT = 15_000_000

/**
 * Rows of one fixed height, of which only those in view exist. Because the
 * height is fixed, a position is a division: 100,000 rows cost no more than
 * ten, and nothing is measured while scrolling. What scrolls is the nearest
 * element around with `data-scroller`: a ref of the parent is not set yet when
 * rows that are known at once appear together with it.
 */
export function VirtualRows({ count, height, row, onRange }: Props) {
  const [range, setRange] = useState<[number, number]>(() => [0, Math.ceil(innerHeight / height)])
  const root = useRef<HTMLDivElement>(null)
  const cover = useRef<HTMLDivElement>(null)
  const over = useRef(0)
  const drawn = useRef(range)
  drawn.current = range
  const report = useRef(onRange)
  report.current = onRange
  const total = Math.min(count * height, MAX_HEIGHT)

  useLayoutEffect(() => {
    const el = root.current?.closest('[data-scroller]')
    if (!el) return
    const measure = (): void => {
      const from = Math.max(0, Math.floor(el.scrollTop / height) - over.current)
      const to = Math.min(count - 1, Math.ceil((el.scrollTop + el.clientHeight) / height) + over.current)
      setRange((old) => (over.current === 0 ? old[0] <= from && to <= old[1] : old[0] === from && old[1] === to) ? old : [from, to])
      report.current(from, to)
    }
    const mouse = matchMedia('(hover: hover)').matches
    let later = 0
    let rest = 0
    const uncover = (): void => void (cover.current && (cover.current.hidden = true))
    const visibleOnly = (): void => {
      clearTimeout(later)
      over.current = 0
      later = window.setTimeout(() => {
        over.current = OVERSCAN
        measure()
      }, LATER)
    }
    // In the frame that scrolls, not in a task after it, in which there would be no rows yet.
    const scrolled = (): void => {
      const top = el.scrollTop / height
      // Rows that pass under a resting mouse would each be entered and left: a quarter of what a frame costs.
      if (cover.current && mouse) cover.current.hidden = false
      clearTimeout(rest)
      rest = window.setTimeout(uncover, REST)
      if (top > drawn.current[1] || top + el.clientHeight / height < drawn.current[0]) visibleOnly()
      flushSync(measure)
    }
    visibleOnly()
    measure()
    el.addEventListener('scroll', scrolled, { passive: true })
    const sizes = new ResizeObserver(measure)
    sizes.observe(el)
    return () => {
      clearTimeout(later)
      clearTimeout(rest)
      uncover()
      el.removeEventListener('scroll', scrolled)
      sizes.disconnect()
    }
  }, [count, height])

  const rows: ReactNode[] = []
  for (let i = range[0]; i <= Math.min(range[1], count - 1); i++) rows.push(row(i))
  return (
    <div ref={root} role="presentation" style={{ height: total, position: 'relative' }}>
      {/* Room above, no shift of the whole: a row that stays is not painted anew. */}
      <div role="rowgroup" style={{ position: 'absolute', insetInline: 0, top: 0, paddingBlockStart: range[0] * height }}>
        {rows}
      </div>
      <div ref={cover} role="presentation" hidden style={{ position: 'absolute', inset: 0, zIndex: 2 }} onClick={passOn} />
    </div>
  )
}

/** A click that came while the list still ran is meant for what lies below. */
function passOn(e: MouseEvent<HTMLElement>): void {
  e.currentTarget.hidden = true
  document.elementFromPoint(e.clientX, e.clientY)?.dispatchEvent(new globalThis.MouseEvent('click', e.nativeEvent))
}
