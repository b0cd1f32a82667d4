import type { ReactNode } from 'react'
import { useLayout } from '~/app/layout'
import css from './ListDetail.module.css'

/** A list and the thing chosen from it: side by side where there is room, else one at a time. */
export function ListDetail({ list, detail, open }: { list: ReactNode; detail: ReactNode; /** Whether something is chosen. */ open: boolean }) {
  const phone = useLayout() === 'phone'
  return (
    <div className={css.panes} data-phone={phone || undefined}>
      {(!phone || !open) && <div className={css.list}>{list}</div>}
      {(!phone || open) && <div className={css.detail}>{detail}</div>}
    </div>
  )
}
