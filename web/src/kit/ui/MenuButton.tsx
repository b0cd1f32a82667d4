import { Suspense, lazy, useRef, useState, type ReactNode } from 'react'
import { Button, IconButton } from './Button'
import type { LucideIcon } from './icons'

export interface MenuEntry {
  id: string
  label: string
  icon?: LucideIcon
  shortcut?: string
  danger?: boolean
  checked?: boolean
  indent?: number
  group?: string
  run: () => void
}

const load = () => import('./overlay/MenuPopover')
const MenuPopover = lazy(load)

/** Fetches the overlays once the page is at rest, so that the first menu opens at once. */
export function warmOverlays(): void {
  void load().catch(() => {})
  void import('./overlay/DialogBox').catch(() => {})
}

interface Props {
  label: string
  entries: MenuEntry[] | (() => MenuEntry[])
  icon?: LucideIcon
  /** Words beside the icon; without them the button is an icon with a tip. */
  words?: ReactNode
  shortcut?: string
  className?: string
  disabled?: boolean
  placement?: 'bottom start' | 'bottom end' | 'top start' | 'right bottom'
  children?: ReactNode
}

/** A button that opens a list of acts. Its list is built when it opens. */
export function MenuButton({ label, entries, icon, words, shortcut, className, disabled, placement, children }: Props) {
  const [open, setOpen] = useState(false)
  const trigger = useRef<HTMLButtonElement>(null)
  const common = { ref: trigger, 'aria-haspopup': 'menu' as const, 'aria-expanded': open, onClick: () => setOpen(!open), disabled, className }
  return (
    <>
      {children ? (
        <button type="button" {...common} aria-label={label} data-tip={label}>
          {children}
        </button>
      ) : words ? (
        <Button look="quiet" icon={icon} {...common} aria-label={label}>
          {words}
        </Button>
      ) : (
        icon && <IconButton icon={icon} label={label} shortcut={shortcut} {...common} />
      )}
      {open && (
        <Suspense>
          <MenuPopover trigger={trigger} label={label} entries={typeof entries === 'function' ? entries() : entries} onClose={() => setOpen(false)} placement={placement} />
        </Suspense>
      )}
    </>
  )
}
