import { useCallback, useState } from 'react'
import type { ServiceLevel } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { say } from '~/kit/undo'
import { Field, Switch } from '~/kit/ui/controls'
import css from '../Console.module.css'
import { nameIn, refusal, useLoad, type AdminApi } from '../data'
import { FormDialog } from '../FormDialog'
import { NameFields } from '../NameFields'
import { features } from './words'

// As sizes are shown everywhere in the client.
const MB = 1000 ** 2
const GB = 1000 ** 3

const text = (n: number | undefined, unit: number): string => (n ? String(n / unit) : '')

/** A level: names, limits, what belongs to it, and whom a change is about. */
export function LevelForm({ api, level, onClose, reload }: { api: AdminApi; level: ServiceLevel | null; onClose: () => void; reload: () => void }) {
  const t = useT()
  const [names, setNames] = useState<Record<string, string>>(level?.names ?? {})
  const [limits, setLimits] = useState({ quota: text(level?.quota, GB), maxMessage: text(level?.maxMessage, MB), maxAttachments: text(level?.maxAttachments, MB), maxRecipients: text(level?.maxRecipients, 1), maxHourly: text(level?.maxHourly, 1), maxDaily: text(level?.maxDaily, 1) })
  const [without, setWithout] = useState<string[]>(level?.without ?? [])
  const [error, setError] = useState<string>()
  const save = async (): Promise<void> => {
    if (!Object.values(names).some((n) => n.trim())) return setError(t('console.needName'))
    const quota = Math.round(Number(limits.quota || 0) * GB)
    if (!Number.isFinite(quota) || quota < 0) return setError(t('console.needSpace'))
    const numbers = { maxMessage: Math.round(Number(limits.maxMessage || 0) * MB), maxAttachments: Math.round(Number(limits.maxAttachments || 0) * MB), maxRecipients: Number(limits.maxRecipients || 0), maxHourly: Number(limits.maxHourly || 0), maxDaily: Number(limits.maxDaily || 0) }
    if (Object.values(numbers).some((n) => !Number.isInteger(n) || n < 0)) return setError(t('levels.needLimit'))
    if (without.includes('web') && without.includes('programs')) return setError(t('levels.needWay'))
    const fields = { names, quota, ...numbers, without }
    try {
      await api.set('ServiceLevel', level ? { update: { [level.id]: fields } } : { create: { new: fields } })
      say(t('console.saved', { name: nameIn(names) }))
      reload()
      onClose()
    } catch (e) {
      setError(refusal(e))
    }
  }
  const limit = (key: keyof typeof limits, label: string, hint?: string) => (
    <Field label={label} {...(hint ? { hint } : {})} type="number" min={0} step="any" inputMode="decimal" value={limits[key]} onChange={(e) => { setLimits({ ...limits, [key]: e.target.value }); setError(undefined) }} />
  )
  return (
    <FormDialog wide title={t(level ? 'console.changeLevel' : 'console.addLevel')} error={error} onSave={save} onClose={onClose}>
      <NameFields names={names} onChange={(n) => { setNames(n); setError(undefined) }} />
      {limit('quota', t('console.spaceGB'), t('console.spaceHint'))}
      <fieldset className={css.group}>
        <legend className={css.part}>{t('levels.limits')}</legend>
        <div className={css.pair}>
          {limit('maxMessage', t('levels.letter'))}
          {limit('maxAttachments', t('levels.files'))}
          {limit('maxRecipients', t('levels.recipients'))}
          {limit('maxHourly', t('levels.hourly'))}
          {limit('maxDaily', t('levels.daily'))}
        </div>
        <p className={css.sub}>{t('levels.limitHint')}</p>
      </fieldset>
      <fieldset className={css.group}>
        <legend className={css.part}>{t('levels.features')}</legend>
        {features.map((f) => (
          <Switch key={f.name} label={t(f.label)} on={!without.includes(f.name)} onChange={(on) => { setWithout(on ? without.filter((w) => w !== f.name) : [...without, f.name]); setError(undefined) }}>
            {f.hint && t(f.hint)}
          </Switch>
        ))}
      </fieldset>
      {level && <Holders api={api} level={level} />}
    </FormDialog>
  )
}

/** Who has the level: those whom a change is about. */
function Holders({ api, level }: { api: AdminApi; level: ServiceLevel }) {
  const t = useT()
  const { data } = useLoad(useCallback(() => api.people({ levelId: level.id }, 0, 8), [api, level.id]))
  if (!data) return null
  return (
    <section className={css.group} aria-label={t('levels.who')}>
      <h3 className={css.part}>{t('levels.who')}</h3>
      <p className={css.sub}>{data.total === 0 ? t('levels.nobody') : t('levels.applies', { count: data.total })}</p>
      <ul className={css.names}>
        {data.people.map((p) => <li key={p.id} lang={guessLanguage(p.name)}>{p.name}</li>)}
        {data.total > data.people.length && <li>{t('levels.more', { count: data.total - data.people.length })}</li>}
      </ul>
    </section>
  )
}
