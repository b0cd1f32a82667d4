import type { ReactNode } from 'react'
import { CircleAlert } from '~/kit/ui/icons'
import css from './Rules.module.css'

/** A standing remark above a form, with an act beside it. */
export function Notice({ kind, act, children }: { kind: 'warning' | 'danger' | 'info'; act?: ReactNode; children: ReactNode }) {
  return (
    <div className={css.notice} data-kind={kind} role="note">
      <CircleAlert size={18} aria-hidden />
      <span>{children}</span>
      {act}
    </div>
  )
}
