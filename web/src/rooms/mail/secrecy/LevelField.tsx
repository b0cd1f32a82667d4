import { useId } from 'react'
import type { EmailAddress, Secrecy, SecrecyCapability, SecrecyLookAnswer } from '~/api/jmap'
import { useT, type t as translate } from '~/kit/i18n'
import { Button } from '~/kit/ui/Button'
import { DayField } from '~/kit/ui/DayField'
import type { Draft } from '../compose/draft'
import { isOutside } from '../compose/outside'
import type { MailEngine } from '../engine'
import { levelName, rank } from './levels'
import css from './Secrecy.module.css'
import { addYears, dayOf, endOf, today } from './term'
import { useAdvice } from './use-advice'

interface Props {
  engine: MailEngine
  /** The mailbox that is written from, which has the files. */
  accountId: string
  cap: SecrecyCapability
  /** What is written, for advice. */
  draft: Draft
  value: Secrecy | null | undefined
  /** What the letter answers has this level: it cannot be less secret. */
  floor: string | undefined
  people: readonly EmailAddress[]
  domains: ReadonlySet<string> | undefined
  onChange: (value: Secrecy | null) => void
}

/** Where the level of a letter is chosen (C14): between who reads it and what it is about. */
export function LevelField({ engine, accountId, cap, draft, value, floor, people, domains, onChange }: Props) {
  const t = useT()
  const id = useId()
  const [top, least] = [rank(cap, cap.ceiling), rank(cap, floor)]
  const at = rank(cap, value?.level)
  const longest = value ? cap.levels[at]?.years : 0
  const open = cap.isRequired && !value
  const advice = useAdvice(engine, accountId, draft)
  const advised = Math.min(rank(cap, advice?.level ?? undefined), top)
  const level = cap.levels[advised]
  return (
    <div className={css.field} data-open={open || undefined}>
      <label htmlFor={id}>{t('secrecy.level')}</label>
      <select id={id} value={value?.level ?? ''} aria-required={cap.isRequired} onChange={(e) => onChange(e.target.value ? { level: e.target.value, until: value?.until ?? null } : null)}>
        {(!value || (!cap.isRequired && least < 1)) && <option value="">{t(cap.isRequired ? 'secrecy.choose' : 'secrecy.none')}</option>}
        {cap.levels.map((l, i) => i <= top && i >= least && (
          <option key={l.level} value={l.level}>
            {levelName(cap, l.level)}
          </option>
        ))}
      </select>
      {value && at > 1 && (
        <DayField
          compact
          label={t('secrecy.until')}
          min={today()}
          max={longest ? addYears(longest) : undefined}
          value={value.until ? dayOf(value.until) : null}
          onChange={(d) => onChange({ ...value, until: d && endOf(d) })}
        />
      )}
      {advice && level && advised > at && (
        <span className={css.advice} role="status">
          {t('secrecy.found', { what: found(t, advice), level: levelName(cap, level.level) })}
          <Button look="quiet" onClick={() => onChange({ level: level.level, until: value?.until ?? null })}>{t('secrecy.use', { level: levelName(cap, level.level) })}</Button>
        </span>
      )}
      {value && at > rank(cap, cap.outside) && people.some((p) => isOutside(p, domains)) && (
        <span className={css.warn} role="status">
          {t('secrecy.noOutside', { level: levelName(cap, cap.outside) })}
        </span>
      )}
      {least > 0 && value && <span className={css.warn}>{t('secrecy.floor', { level: levelName(cap, floor ?? '') })}</span>}
    </div>
  )
}

/** What was found, in words. */
function found(t: typeof translate, a: SecrecyLookAnswer): string {
  const cards = a.found['card'] ?? 0
  const ids = Object.values(a.found).reduce((n, k) => n + k, 0) - cards
  return [...(ids ? [t('secrecy.found.ids', { count: ids })] : []), ...(cards ? [t('secrecy.found.cards', { count: cards })] : []), ...a.words.map((word) => t('secrecy.found.word', { word }))].join(', ')
}
