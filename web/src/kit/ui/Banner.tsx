import type { ReactNode } from 'react'
import css from './Banner.module.css'
import { Check, CircleHelp, MailWarning, ShieldAlert } from './icons'

const icons = { info: CircleHelp, success: Check, warning: MailWarning, danger: ShieldAlert }

/** A line across a page that says what holds here: by word and mark, not by colour alone. */
export function Banner({ kind = 'info', children, action, live }: { kind?: keyof typeof icons; children: ReactNode; action?: ReactNode; /** Read out when it appears. */ live?: boolean }) {
  const Icon = icons[kind]
  return (
    <div className={css.banner} data-kind={kind} role={live ? 'status' : 'note'}>
      <Icon size={18} aria-hidden />
      <div className={css.text}>{children}</div>
      {action}
    </div>
  )
}
