import { parseTime } from '@internationalized/date'
import { DateInput, DateSegment, I18nProvider, Label, TimeField as AriaTimeField } from 'react-aria-components'
import { language } from '~/kit/i18n'
import css from './form.module.css'

/** An hour and minute of a day, on the 24-hour clock, as "14:30". */
export default function TimeField({ label, value, onChange }: { label: string; value: string | null; onChange: (time: string | null) => void }) {
  return (
    <I18nProvider locale={language()}>
      <AriaTimeField className={css.field ?? ''} hourCycle={24} shouldForceLeadingZeros value={value ? parseTime(value) : null} onChange={(v) => onChange(v ? v.toString().slice(0, 5) : null)}>
        <Label className={css.label ?? ''}>{label}</Label>
        <DateInput className={`${css.box} ${css.segments} ${css.short}`}>{(s) => <DateSegment segment={s} className={css.segment ?? ''} />}</DateInput>
      </AriaTimeField>
    </I18nProvider>
  )
}
