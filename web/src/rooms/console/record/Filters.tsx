import { useState } from 'react'
import type { AuditFilter } from '~/api/jmap'
import { useLayout } from '~/app/layout'
import { useT } from '~/kit/i18n'
import { Button } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { DayField } from '~/kit/ui/DayField'
import css from './Record.module.css'
import { Select } from './Select'
import { familyName, zoneName } from './words'

export type Asked = Required<AuditFilter>
export const nothing: Asked = { who: '', object: '', family: '', result: '', from: '', to: '', peer: '', zone: '' }


interface Props {
  families: string[]
  zones: string[]
  filter: Asked
  onFilter: (f: Asked) => void
}

/** What to look for. Each look stands in the record itself, so that it begins with the button and not with every letter. */
export function Filters(props: Props) {
  const t = useT()
  const phone = useLayout() === 'phone'
  const [draft, setDraft] = useState(props.filter)
  const set = (key: keyof Asked) => (value: string): void => setDraft((d) => ({ ...d, [key]: value }))
  const text = (key: 'who' | 'object' | 'peer') => <Field label={t(`record.${key}`)} value={draft[key]} maxLength={320} onChange={(e) => set(key)(e.target.value)} />
  const day = (key: 'from' | 'to') => <DayField label={t(`record.${key}`)} value={draft[key] || null} onChange={(d) => set(key)(d ?? '')} />
  const some = Object.values(props.filter).some(Boolean)
  const form = (
    <form className={css.filters} onSubmit={(e) => { e.preventDefault(); props.onFilter({ ...draft, who: draft.who.trim(), object: draft.object.trim(), peer: draft.peer.trim() }) }}>
      {text('who')}
      {text('object')}
      <Select label={t('record.family')} value={draft.family} onChange={set('family')}>
        {props.families.map((f) => <option key={f} value={f}>{familyName(f)}</option>)}
      </Select>
      <Select label={t('record.result')} value={draft.result} onChange={set('result')}>
        <option value="ok">{t('record.done')}</option>
        <option value="refused">{t('record.refused')}</option>
      </Select>
      {day('from')}
      {day('to')}
      {text('peer')}
      <Select label={t('record.zone')} value={draft.zone} onChange={set('zone')}>
        {props.zones.map((z) => <option key={z} value={z}>{zoneName(z)}</option>)}
      </Select>
      <span className={css.buttons}>
        <Button type="submit" look="primary">{t('record.find')}</Button>
        {some && <Button onClick={() => { setDraft(nothing); props.onFilter(nothing) }}>{t('record.clear')}</Button>}
      </span>
    </form>
  )
  return phone ? <details className={css.fold}><summary>{t('record.filter')}</summary>{form}</details> : form
}
