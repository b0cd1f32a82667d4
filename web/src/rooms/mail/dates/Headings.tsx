import { memo, useEffect, useState, type RefObject } from 'react'
import { useT } from '~/kit/i18n'
import type { QueryView } from '~/kit/sync/view'
import type { MailAccount } from '../account'
import { useEmail } from '../context'
import { rowDate } from '../later/row-date'
import css from './Headings.module.css'
import { dateGroup } from './group'

/**
 * Where another group of days begins, on the line between two rows. It takes
 * no height, so that the place of every row stays a multiplication.
 */
export const DateHeading = memo(function DateHeading({ account, before, id }: { account: MailAccount; before: string | undefined; id: string | undefined; day: string }) {
  useT()
  const [above, here] = [useEmail(account, before), useEmail(account, id)]
  if (!above || !here) return null
  const group = dateGroup(rowDate(here).iso)
  if (!group || group.key === dateGroup(rowDate(above).iso)?.key) return null
  return (
    <div role="presentation" className={css.line} aria-hidden>
      <time>{group.label}</time>
    </div>
  )
})

/** Above the list: the group of the first row in view. */
export function DateBar({ account, view, scroller, height }: { account: MailAccount; view: QueryView; scroller: RefObject<HTMLDivElement | null>; height: number }) {
  useT()
  const [at, setAt] = useState(0)
  useEffect(() => {
    const el = scroller.current
    if (!el) return
    const note = (): void => setAt(Math.max(0, Math.floor((el.scrollTop + height / 2) / height)))
    note()
    // Before the rows hear of it: once they are drawn anew, to read the place would lay them out at once.
    el.addEventListener('scroll', note, { passive: true, capture: true })
    return () => el.removeEventListener('scroll', note, { capture: true })
  }, [scroller, height, view])
  const email = useEmail(account, view.rows[at])
  const label = email ? dateGroup(rowDate(email).iso)?.label : undefined
  return <p className={css.bar}>{label ? <time>{label}</time> : '\u00a0'}</p>
}
