import { useRef, type KeyboardEvent, type PointerEvent, type ReactNode } from 'react'
import { useLayout } from '~/app/layout'
import { useT } from '~/kit/i18n'
import { setPrefs, usePrefs } from '~/kit/prefs'
import css from './Panes.module.css'

const MIN = 300
const MAX = 720

/** List and thing side by side, or one after the other where there is little room. */
export function Panes({ list, thing, open }: { list: ReactNode; thing: ReactNode; open: boolean }) {
  const t = useT()
  const layout = useLayout()
  const { widths } = usePrefs()
  const width = widths['list'] ?? (layout === 'desktop' ? 420 : 360)
  const from = useRef<{ x: number; width: number } | null>(null)
  const set = (w: number): void => setPrefs({ widths: { ...widths, list: Math.round(Math.max(MIN, Math.min(MAX, w))) } })

  if (layout === 'phone') return <div className={css.single}>{open ? thing : list}</div>
  const drag = (e: PointerEvent): void => {
    if (from.current) set(from.current.width + e.clientX - from.current.x)
  }
  const step = (e: KeyboardEvent): void => {
    const by = { ArrowLeft: -16, ArrowRight: 16 }[e.key]
    if (by) {
      e.preventDefault()
      set(width + by)
    }
  }
  return (
    <div className={css.panes} data-layout={layout}>
      <section className={css.list} style={{ width }}>
        {list}
      </section>
      <div
        className={css.split}
        role="separator"
        aria-orientation="vertical"
        aria-label={t('frame.resize')}
        aria-valuenow={width}
        aria-valuemin={MIN}
        aria-valuemax={MAX}
        tabIndex={0}
        onKeyDown={step}
        onPointerDown={(e) => {
          from.current = { x: e.clientX, width }
          e.currentTarget.setPointerCapture(e.pointerId)
        }}
        onPointerMove={drag}
        onPointerUp={() => (from.current = null)}
      />
      <section className={css.thing}>{thing}</section>
    </div>
  )
}
