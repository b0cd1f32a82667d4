import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react'
import { isMac } from '~/kit/keys'
import { keyCaps, shownKey } from '~/kit/keys/names'
import css from './Button.module.css'
import type { LucideIcon } from './icons'

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: 'primary' | 'plain' | 'quiet' | 'danger'
  icon?: LucideIcon
  busy?: boolean
  ref?: Ref<HTMLButtonElement>
  children?: ReactNode
}

/** A button with words; `busy` keeps its place and refuses a second press. */
export function Button({ look = 'plain', icon: Icon, busy, children, className, disabled, ...rest }: Props) {
  return (
    <button type="button" {...rest} disabled={disabled || busy} aria-busy={busy || undefined} className={`${css.button} ${css[look]} ${className ?? ''}`}>
      {Icon && <Icon size={16} aria-hidden />}
      {children}
    </button>
  )
}

interface IconProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'> {
  icon: LucideIcon
  label: string
  /** The key that does the same, shown in the tip. */
  shortcut?: string
  /** Filled when on, as the star is. */
  filled?: boolean
  size?: number
  ref?: Ref<HTMLButtonElement>
}

const caps = (name: string): string | undefined => {
  const key = shownKey(name)
  return key === undefined || key.length === 1 ? key : keyCaps(key, isMac).join(' ')
}

/** A button with an icon alone; its name is read out and shown as a tip. */
export function IconButton({ icon: Icon, label, shortcut, filled, size = 18, className, ...rest }: IconProps) {
  return (
    <button type="button" aria-label={label} data-tip={label} data-key={shortcut && caps(shortcut)} {...rest} className={`${css.icon} ${className ?? ''}`}>
      <Icon size={size} strokeWidth={1.75} fill={filled ? 'currentColor' : 'none'} aria-hidden />
    </button>
  )
}
