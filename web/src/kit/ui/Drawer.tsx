import { useEffect, useRef, type MouseEvent, type ReactNode } from 'react'
import css from './Drawer.module.css'

/**
 * A pane that slides over the page from its side. A native modal dialog: the
 * browser keeps the focus inside, closes it on Escape, and gives the focus
 * back. Choosing a place in it closes it too; what only folds says data-keep.
 */
export function Drawer({ label, onClose, children }: { label: string; onClose: () => void; children: ReactNode }) {
  const ref = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    const el = ref.current
    el?.showModal()
    el?.querySelector<HTMLElement>('[aria-current=page]')?.focus()
    return () => el?.close()
  }, [])
  const click = (e: MouseEvent<HTMLDialogElement>): void => {
    const target = e.target as Element
    if (target === e.currentTarget || (target.closest('button') && !target.closest('[data-keep]'))) ref.current?.close()
  }
  return (
    <dialog ref={ref} className={css.drawer} aria-label={label} onClose={() => !ref.current?.open && onClose()} onClick={click}>
      <div className={css.inside}>{children}</div>
    </dialog>
  )
}
