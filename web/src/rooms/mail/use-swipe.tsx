import { useRef, useState, type PointerEvent, type ReactNode } from 'react'
import { t } from '~/kit/i18n'
import { Archive, Trash2 } from '~/kit/ui/icons'
import css from './Swipe.module.css'

/** How far a finger must go for the act to follow. */
const REACH = 96

interface Swipe {
  handlers: Partial<Record<'onPointerDown' | 'onPointerMove' | 'onPointerUp' | 'onPointerCancel' | 'onClickCapture', (e: never) => void>>
  reveal: ReactNode
}

/** Swiping a row archives or deletes; the same acts are buttons in the opened message and in the chosen bar. */
export function useSwipe(active: boolean, acts: { left: () => void; right: () => void }): Swipe {
  const [dx, setDx] = useState(0)
  const start = useRef<{ x: number; y: number; swiping: boolean } | null>(null)
  const swiped = useRef(false)
  if (!active) return { handlers: {}, reveal: null }

  const end = (e: PointerEvent<HTMLElement>): void => {
    const s = start.current
    start.current = null
    const by = e.clientX - (s?.x ?? e.clientX)
    setDx(0)
    if (!s?.swiping || e.type === 'pointercancel') return
    swiped.current = true
    if (by > REACH) acts.right()
    if (by < -REACH) acts.left()
  }
  return {
    handlers: {
      onPointerDown: (e: PointerEvent<HTMLElement>) => {
        swiped.current = false
        if (e.pointerType === 'touch') start.current = { x: e.clientX, y: e.clientY, swiping: false }
      },
      onPointerMove: (e: PointerEvent<HTMLElement>) => {
        const s = start.current
        if (!s) return
        const x = e.clientX - s.x
        if (!s.swiping && Math.abs(x) > 14 && Math.abs(x) > 2 * Math.abs(e.clientY - s.y)) {
          s.swiping = true
          e.currentTarget.setPointerCapture(e.pointerId)
        }
        if (s.swiping) setDx(x)
      },
      onPointerUp: end,
      onPointerCancel: end,
      // The finger that swiped does not also open the message.
      onClickCapture: (e: { stopPropagation: () => void }) => {
        if (swiped.current) e.stopPropagation()
        swiped.current = false
      },
    },
    reveal: dx !== 0 && (
      <span className={css.reveal} data-side={dx > 0 ? 'right' : 'left'} data-ready={Math.abs(dx) > REACH || undefined} style={{ width: Math.abs(dx) }} aria-hidden>
        {dx > 0 ? <Archive size={20} /> : <Trash2 size={20} />}
        {Math.abs(dx) > REACH && t(dx > 0 ? 'act.archive' : 'act.delete')}
      </span>
    ),
  }
}
