import { useState } from 'react'
import type { JournalFilter, SecrecyCapability } from '~/api/jmap'
import { useLayout } from '~/app/layout'
import { useT, type Key } from '~/kit/i18n'
import { Button } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { DayField } from '~/kit/ui/DayField'
import css from '../record/Record.module.css'
import { levelName } from '~/rooms/mail/secrecy/levels'
import { Select } from '../record/Select'

const nothing = { sender: '', recipient: '', subject: '', rule: '', direction: '', level: '', from: '', to: '' }
type Draft = typeof nothing

/** A day of the person's own as a moment: its beginning, or that of the day after. */
function moment(day: string, after = 0): string | null {
  const [y, m, d] = day.split('-').map(Number)
  return y && m && d ? new Date(y, m - 1, d + after).toISOString().replace(/\.\d+Z$/, 'Z') : null
}

/** What the server is asked for; nothing at all is null. */
export function asked(d: Draft): JournalFilter | null {
  if (!Object.values(d).some((v) => v.trim())) return null
  return { sender: d.sender.trim(), recipient: d.recipient.trim(), subject: d.subject.trim(), rule: d.rule.trim(), direction: d.direction, level: d.level, after: moment(d.from), before: moment(d.to, 1) }
}

/** What to look for in the journal. Each question stands in the record, so that it is asked with the button. */
export function JournalFilters({ cap, onFilter }: { cap: SecrecyCapability | null; onFilter: (f: JournalFilter | null) => void }) {
  const t = useT()
  const phone = useLayout() === 'phone'
  const [draft, setDraft] = useState(nothing)
  const [some, setSome] = useState(false)
  const set = (key: keyof Draft) => (value: string): void => setDraft((d) => ({ ...d, [key]: value }))
  const text = (key: keyof Draft, label: Key, maxLength: number) => <Field label={t(label)} value={draft[key]} maxLength={maxLength} onChange={(e) => set(key)(e.target.value)} />
  const day = (key: 'from' | 'to') => <DayField label={t(key === 'from' ? 'record.from' : 'record.to')} value={draft[key] || null} onChange={(d) => set(key)(d ?? '')} />
  const ask = (d: Draft): void => {
    const f = asked(d)
    setSome(f !== null)
    onFilter(f)
  }
  const form = (
    <form className={css.filters} role="search" aria-label={t('looks.journal.find')} onSubmit={(e) => { e.preventDefault(); ask(draft) }}>
      {text('sender', 'looks.sender', 200)}
      {text('recipient', 'looks.recipient', 200)}
      {text('subject', 'looks.subject', 60)}
      {text('rule', 'looks.rule', 60)}
      <Select label={t('looks.direction')} value={draft.direction} onChange={set('direction')}>
        <option value="out">{t('looks.direction.out')}</option>
        <option value="in">{t('looks.direction.in')}</option>
      </Select>
      <Select label={t('looks.level')} value={draft.level} onChange={set('level')}>
        {cap?.levels.map((l) => <option key={l.level} value={l.level}>{levelName(cap, l.level)}</option>)}
      </Select>
      {day('from')}
      {day('to')}
      <span className={css.buttons}>
        <Button type="submit" look="primary">{t('record.find')}</Button>
        {some && <Button onClick={() => { setDraft(nothing); ask(nothing) }}>{t('record.clear')}</Button>}
      </span>
    </form>
  )
  return phone ? <details className={css.fold}><summary>{t('record.filter')}</summary>{form}</details> : form
}
