import { useRef, type MouseEvent, type PointerEvent } from 'react'

const HOLD_MS = 480
const SLACK = 10

interface Press {
  onPointerDownCapture: (e: PointerEvent) => void
  onPointerMoveCapture: (e: PointerEvent) => void
  onPointerUpCapture: () => void
  onPointerCancelCapture: () => void
  onClickCapture: (e: MouseEvent) => void
  onContextMenu: (e: MouseEvent) => void
}

/** A finger that rests does what Ctrl-click does; the lift that follows does nothing more. */
export function useLongPress(act: () => void): Press {
  const held = useRef<{ timer: ReturnType<typeof setTimeout>; x: number; y: number } | null>(null)
  const done = useRef(false)
  const touch = useRef(false)
  const end = (): void => {
    clearTimeout(held.current?.timer)
    held.current = null
  }
  return {
    onPointerDownCapture: (e) => {
      done.current = false
      touch.current = e.pointerType === 'touch'
      if (!touch.current) return
      end()
      const timer = setTimeout(() => {
        done.current = true
        act()
      }, HOLD_MS)
      held.current = { timer, x: e.clientX, y: e.clientY }
    },
    onPointerMoveCapture: (e) => {
      const h = held.current
      if (h && Math.hypot(e.clientX - h.x, e.clientY - h.y) > SLACK) end()
    },
    onPointerUpCapture: end,
    onPointerCancelCapture: end,
    onClickCapture: (e) => {
      if (done.current) e.stopPropagation()
      done.current = false
    },
    // The browser's own menu would cover what was just chosen.
    onContextMenu: (e) => touch.current && e.preventDefault(),
  }
}
