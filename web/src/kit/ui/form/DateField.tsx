import { CalendarDate, GregorianCalendar, parseDate, toCalendar } from '@internationalized/date'
import { Button, Calendar, CalendarCell, CalendarGrid, CalendarGridBody, CalendarGridHeader, CalendarHeaderCell, DateInput, DatePicker, DateSegment, Dialog, FieldError, Group, Heading, I18nProvider, Label, Popover } from 'react-aria-components'
import { dateLocale } from '~/kit/i18n/dates'
import { CalendarDays, ChevronLeft, ChevronRight } from '../icons'
import css from './form.module.css'

interface Props {
  label: string
  /** A day as ISO 8601 writes it, in the Gregorian calendar: what the server keeps. */
  value: string | null
  onChange: (day: string | null) => void
  min?: string
  error?: string
}

/** A day, typed part by part or chosen from a month; years are counted as the person chose (民國 included). */
export default function DateField({ label, value, onChange, min, error }: Props) {
  return (
    <I18nProvider locale={dateLocale()}>
      <DatePicker
        className={css.field ?? ''}
        value={value ? parseDate(value) : null}
        onChange={(d) => onChange(d ? toCalendar(new CalendarDate(d.calendar, d.era, d.year, d.month, d.day), new GregorianCalendar()).toString() : null)}
        minValue={min ? parseDate(min) : null}
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
