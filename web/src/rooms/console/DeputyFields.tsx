import { useCallback, useState } from 'react'
import type { DeputyRecord, PersonRecord } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { Button, IconButton } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { Plus, Trash2 } from '~/kit/ui/icons'
import css from './Console.module.css'
import { useLoad, type AdminApi } from './data'
import { Day } from './Day'
import PersonPick, { type Picked } from './PersonPick'

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
  const [chosen, setChosen] = useState<Record<string, Picked>>({})
  const { data } = useLoad(useCallback(() => api.names(Object.values(person.deputies).map((d) => d.personId)), [api, person]))
  const known = (id: string): Picked | null => chosen[id] ?? data?.find((p) => p.id === id) ?? (id ? { id, name: '…', email: '' } : null)
  const put = (key: string, part: Partial<DeputyRecord>): void => onChange({ ...deputies, [key]: { ...(deputies[key] as DeputyRecord), ...part } })
  const pick = (key: string, p: Picked | null): void => {
    if (p) setChosen({ ...chosen, [p.id]: p })
    put(key, { personId: p?.id ?? '' })
  }
  const add = (): void => {
    const now = new Date()
    const today = `${now.getFullYear()}-${String(now.getMonth() + 1).padStart(2, '0')}-${String(now.getDate()).padStart(2, '0')}`
    let n = 1
    while (deputies[`new${n}`]) n++
    onChange({ ...deputies, [`new${n}`]: { personId: '', starts: today, ends: today } })
  }
  return (
    <fieldset className={css.group} disabled={disabled}>
      <legend>{t('console.deputies')}</legend>
      {Object.entries(deputies).map(([key, d]) => (
        <div key={key} className={css.item}>
          {disabled ? (
            <Field label={t('console.deputy')} value={known(d.personId)?.name ?? ''} readOnly />
          ) : (
            <PersonPick api={api} label={t('console.deputy')} value={known(d.personId)} but={person.id} onChange={(p) => pick(key, p)} />
          )}
          <div className={css.days}>
            <Day label={t('console.from')} value={d.starts || null} disabled={disabled} onChange={(day) => put(key, { starts: day ?? '' })} />
            <Day label={t('console.until')} value={d.ends || null} disabled={disabled} onChange={(day) => put(key, { ends: day ?? '' })} />
            <IconButton icon={Trash2} label={t('console.removeDeputy')} onClick={() => onChange(Object.fromEntries(Object.entries(deputies).filter(([k]) => k !== key)))} />
          </div>
        </div>
      ))}
      {!disabled && (
        <Button look="quiet" icon={Plus} onClick={add}>
          {t('console.addDeputy')}
        </Button>
      )}
    </fieldset>
  )
}
