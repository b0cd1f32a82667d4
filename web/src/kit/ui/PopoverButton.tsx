import { Suspense, lazy, useRef, useState, type ReactNode } from 'react'
import { Button } from './Button'
import type { LucideIcon } from './icons'

const PopoverBox = lazy(() => import('./overlay/PopoverBox'))

/** A button that opens a small panel beside it; Escape and a press elsewhere close it. */
export function PopoverButton({ words, icon, title, children }: { words: string; icon?: LucideIcon; title: string; children: ReactNode | ((close: () => void) => ReactNode) }) {
  const [open, setOpen] = useState(false)
  const trigger = useRef<HTMLButtonElement>(null)
  const close = (): void => setOpen(false)
  return (
    <>
      <Button ref={trigger} {...(icon ? { icon } : {})} aria-haspopup="dialog" aria-expanded={open} onClick={() => setOpen(!open)}>
        {words}
      </Button>
      {open && (
        <Suspense>
          <PopoverBox trigger={trigger} title={title} onClose={close}>
            {typeof children === 'function' ? children(close) : children}
          </PopoverBox>
        </Suspense>
      )}
    </>
  )
}
