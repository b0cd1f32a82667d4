import { CalendarDate, CalendarDateTime, GregorianCalendar, parseDate, parseDateTime, toCalendar } from '@internationalized/date'
import { useState } from 'react'
import { Button, Calendar, CalendarCell, CalendarGrid, CalendarGridBody, CalendarGridHeader, CalendarHeaderCell, DateInput, DatePicker, DateSegment, Dialog, FieldError, Group, Heading, I18nProvider, Label, Popover, Text, type DateValue } from 'react-aria-components'
import { dateLocale } from '~/kit/i18n/dates'
import { CalendarDays, ChevronLeft, ChevronRight } from '../icons'
import css from './form.module.css'

export interface DateFieldProps {
  label: string
  /** A day as ISO 8601 writes it, in the Gregorian calendar, or with the hour of the clock on the wall: 2027-03-02T14:00. */
  value: string | null
  onChange: (value: string | null) => void
  /** Whether the hour is asked for, too. */
  time?: boolean
  min?: string | undefined
  max?: string | undefined
  error?: string | undefined
  hint?: string
  /** The label stands before the field, as in a bar. */
  compact?: boolean
}

/** A year that is typed in full; of four figures, as the rest of the program has them. */
const WHOLE_YEAR = /^[1-9]\d{3}-/

/** What is no day, such as a month that somebody typed elsewhere, is shown as none. */
function read(text: string | undefined | null, time: boolean): DateValue | null {
  try {
    return !text ? null : time ? parseDateTime(text) : parseDate(text)
  } catch {
    return null
  }
}

/** The same day counted from the birth of Christ, without what a calendar calls it. */
function written(d: DateValue): string {
  const plain = 'hour' in d ? new CalendarDateTime(d.calendar, d.era, d.year, d.month, d.day, d.hour, d.minute) : new CalendarDate(d.calendar, d.era, d.year, d.month, d.day)
  return toCalendar(plain, new GregorianCalendar()).toString().slice(0, 'hour' in d ? 16 : 10)
}

/** A day, typed part by part or chosen from a month; years are counted as the person chose (民國 included). */
export default function DateField({ label, value, onChange, time = false, min, max, error, hint, compact }: DateFieldProps) {
  const [typed, setTyped] = useState(() => read(value, time))
  const [told, setTold] = useState(value)
  if (value !== told) {
    setTold(value)
    setTyped(read(value, time))
  }
  const type = (d: DateValue | null): void => {
    setTyped(d)
    const text = d && written(d)
    if (text !== null && !WHOLE_YEAR.test(text)) return
    setTold(text)
    onChange(text)
  }
  return (
    <I18nProvider locale={dateLocale()}>
      <DatePicker
        className={(compact ? css.compact : css.field) ?? ''}
        value={typed}
        onChange={type}
        granularity={time ? 'minute' : 'day'}
        hourCycle={24}
        minValue={read(min, time)}
        maxValue={read(max, time)}
        isInvalid={error !== undefined}
        shouldForceLeadingZeros
      >
        <Label className={css.label ?? ''}>{label}</Label>
        <Group className={css.box ?? ''}>
          <DateInput className={css.segments ?? ''}>{(s) => <DateSegment segment={s} className={css.segment ?? ''} />}</DateInput>
          <Button className={css.open ?? ''}>
            <CalendarDays size={16} aria-hidden />
          </Button>
        </Group>
        {hint && !error && <Text slot="description" className={css.hint ?? ''}>{hint}</Text>}
        <FieldError className={css.error ?? ''}>{error}</FieldError>
        <Popover className={css.popover ?? ''} offset={4}>
          <Dialog className={css.dialog ?? ''}>
            <Calendar>
              <header className={css.month}>
                <Button slot="previous" className={css.open ?? ''}>
                  <ChevronLeft size={16} aria-hidden />
                </Button>
                <Heading className={css.heading ?? ''} />
                <Button slot="next" className={css.open ?? ''}>
                  <ChevronRight size={16} aria-hidden />
                </Button>
              </header>
              <CalendarGrid className={css.days ?? ''}>
                <CalendarGridHeader>{(d) => <CalendarHeaderCell className={css.weekday ?? ''}>{d}</CalendarHeaderCell>}</CalendarGridHeader>
                <CalendarGridBody>{(d) => <CalendarCell date={d} className={css.day ?? ''} />}</CalendarGridBody>
              </CalendarGrid>
            </Calendar>
          </Dialog>
        </Popover>
      </DatePicker>
    </I18nProvider>
  )
}
