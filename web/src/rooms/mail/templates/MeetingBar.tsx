import { useT } from '~/kit/i18n'
import { fieldInstant, fieldValue } from '~/kit/i18n/zone'
import { DayField } from '~/kit/ui/DayField'
import type { Meeting } from './meeting'
import css from './Templates.module.css'

const HOUR = 3_600_000

/** When and where: what the calendar part of an invitation says. */
export default function MeetingBar({ value, onChange }: { value: Meeting; onChange: (m: Meeting) => void }) {
  const t = useT()
  const begin = (start: string): void => {
    // The meeting keeps its length when it is moved.
    const [from, to, next] = [fieldInstant(value.start, value.zone), fieldInstant(value.end, value.zone), fieldInstant(start, value.zone)]
    const length = from && to && to > from ? to.getTime() - from.getTime() : HOUR
    onChange({ ...value, start, ...(next ? { end: fieldValue(new Date(next.getTime() + length), value.zone) } : {}) })
  }
  return (
    <div className={css.bar} role="group" aria-label={t('meeting.title')}>
      <DayField compact time label={t('meeting.start')} value={value.start || null} onChange={(d) => begin(d ?? '')} />
      <DayField compact time label={t('meeting.end')} value={value.end || null} min={value.start} onChange={(d) => onChange({ ...value, end: d ?? '' })} />
      <label className={css.wide}>
        <span>{t('meeting.place')}</span>
        <input type="text" value={value.place} maxLength={250} onChange={(e) => onChange({ ...value, place: e.target.value })} />
      </label>
      <small className={css.zone}>{t('meeting.zone', { zone: value.zone })}</small>
    </div>
  )
}
