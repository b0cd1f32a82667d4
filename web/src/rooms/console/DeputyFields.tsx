import { useCallback } from 'react'
import type { DeputyRecord, PersonRecord } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { Button, IconButton } from '~/kit/ui/Button'
import { Choice, Field } from '~/kit/ui/controls'
import { Plus, Trash2 } from '~/kit/ui/icons'
import css from './Console.module.css'
import { useLoad, type AdminApi } from './data'

export type Deputies = Record<string, DeputyRecord>

interface Props {
  api: AdminApi
  person: PersonRecord
  deputies: Deputies
  disabled: boolean
  onChange: (deputies: Deputies) => void
}

/** Who stands in for a person while they are away: one of those the administrator has in hand. */
export function DeputyFields({ api, person, deputies, disabled, onChange }: Props) {
  const t = useT()
  const { data } = useLoad(useCallback(() => api.people({}), [api]))
  const people = (data?.people ?? []).filter((p) => p.id !== person.id)
  const put = (key: string, part: Partial<DeputyRecord>): void => onChange({ ...deputies, [key]: { ...(deputies[key] as DeputyRecord), ...part } })
  const add = (): void => {
    const today = new Date().toISOString().slice(0, 10)
    let n = 1
    while (deputies[`new${n}`]) n++
    onChange({ ...deputies, [`new${n}`]: { personId: people[0]?.id ?? '', starts: today, ends: today } })
  }
  return (
    <fieldset className={css.group} disabled={disabled}>
      <legend>{t('console.deputies')}</legend>
      {Object.entries(deputies).map(([key, d]) => (
        <div key={key} className={css.pair}>
          <Choice label={t('console.deputy')} value={d.personId} options={[...(people.some((p) => p.id === d.personId) ? [] : [[d.personId, '…'] as const]), ...people.map((p) => [p.id, p.name] as const)]} onChange={(personId) => put(key, { personId })} />
          <Field label={t('console.from')} type="date" value={d.starts} onChange={(e) => put(key, { starts: e.target.value })} />
          <Field label={t('console.until')} type="date" value={d.ends} onChange={(e) => put(key, { ends: e.target.value })} />
          <IconButton icon={Trash2} label={t('console.removeDeputy')} onClick={() => onChange(Object.fromEntries(Object.entries(deputies).filter(([k]) => k !== key)))} />
        </div>
      ))}
      {people.length > 0 && (
        <Button look="quiet" icon={Plus} onClick={add}>
          {t('console.addDeputy')}
        </Button>
      )}
    </fieldset>
  )
}
