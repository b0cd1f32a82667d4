import { useId } from 'react'
import type { FlowRuleSet, FlowStep } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { Button } from '~/kit/ui/Button'
import { Choice, Field, Switch } from '~/kit/ui/controls'
import { Plus, Trash2 } from '~/kit/ui/icons'
import css from '../Console.module.css'
import type { AdminApi } from '../data'
import { freshStep } from './model'
import { PeopleField } from './PeopleField'

interface Props {
  api: AdminApi
  rule: FlowRuleSet
  onChange: (rule: FlowRuleSet) => void
}

const MAX_STEPS = 5
const PEOPLE = 20

/** What happens to the letters of a rule. */
export function ThenFields({ api, rule, onChange }: Props) {
  const t = useT()
  const id = useId()
  const x = rule.then
  const set = (change: Partial<FlowRuleSet['then']>): void => onChange({ ...rule, then: { ...x, ...change } })
  const text = x.disclaimer
  return (
    <fieldset className={css.group}>
      <legend className={css.part}>{t('mailrules.then')}</legend>
      <Switch label={t('mailrules.hold')} on={x.hold !== null} onChange={(on) => set({ hold: on ? { steps: [freshStep()], appeal: [] } : null })}>{t('mailrules.holdHint')}</Switch>
      {x.hold && <Review api={api} rule={rule} onChange={onChange} />}
      <Field label={t('mailrules.monitor')} hint={t('mailrules.monitorHint')} type="email" value={x.monitor} onChange={(e) => set({ monitor: e.target.value })} />
      <Switch label={t('mailrules.journal')} on={x.journal} onChange={(journal) => set({ journal })}>{t('mailrules.journalHint')}</Switch>
      <Field label={t('mailrules.refuse')} hint={t('mailrules.refuseHint')} maxLength={160} value={x.refuse} onChange={(e) => set({ refuse: e.target.value })} />
      <Choice label={t('mailrules.require')} value={x.require} options={[['', t('mailrules.require.none')], ['signature', t('mailrules.require.signature')], ['encryption', t('mailrules.require.encryption')], ['both', t('mailrules.require.both')]]} onChange={(require) => set({ require })} />
      <Field label={t('mailrules.warn')} hint={t('mailrules.warnHint')} maxLength={160} value={x.warn} onChange={(e) => set({ warn: e.target.value })} />
      <Switch label={t('mailrules.disclaimer')} on={text !== null} onChange={(on) => set({ disclaimer: on ? { text: '', top: false } : null })}>{t('mailrules.disclaimerHint')}</Switch>
      {text && (
        <div className={css.item}>
          <span className={css.field}>
            <label htmlFor={id}>{t('mailrules.text')}</label>
            <textarea id={id} rows={4} maxLength={1300} value={text.text} onChange={(e) => set({ disclaimer: { ...text, text: e.target.value } })} />
          </span>
          <Choice segmented label={t('mailrules.place')} value={text.top ? 'top' : 'bottom'} options={[['bottom', t('mailrules.place.bottom')], ['top', t('mailrules.place.top')]]} onChange={(p) => set({ disclaimer: { ...text, top: p === 'top' } })} />
        </div>
      )}
    </fieldset>
  )
}

/** Who looks at a letter before it goes on, step by step. */
function Review({ api, rule, onChange }: Props) {
  const t = useT()
  const hold = rule.then.hold
  if (!hold) return null
  const set = (change: Partial<typeof hold>): void => onChange({ ...rule, then: { ...rule.then, hold: { ...hold, ...change } } })
  return (
    <>
      {hold.steps.map((s, i) => (
        <StepFields key={i} api={api} number={i + 1} step={s} {...(hold.steps.length > 1 ? { onRemove: () => set({ steps: hold.steps.filter((_, j) => j !== i) }) } : {})} onChange={(step) => set({ steps: hold.steps.map((old, j) => (j === i ? step : old)) })} />
      ))}
      {hold.steps.length < MAX_STEPS && <Button look="quiet" icon={Plus} onClick={() => set({ steps: [...hold.steps, freshStep()] })}>{t('mailrules.addStep')}</Button>}
      <PeopleField api={api} label={t('mailrules.appeal')} hint={t('mailrules.appealHint')} values={hold.appeal} max={PEOPLE} onChange={(appeal) => set({ appeal })} />
    </>
  )
}

function StepFields({ api, number, step: s, onChange, onRemove }: { api: AdminApi; number: number; step: FlowStep; onChange: (s: FlowStep) => void; onRemove?: () => void }) {
  const t = useT()
  const people = (label: string, values: readonly string[], change: (v: string[]) => void, hint?: string) => (
    <PeopleField api={api} label={label} {...(hint ? { hint } : {})} values={values} max={PEOPLE} onChange={change} />
  )
  return (
    <fieldset className={css.item}>
      <legend className="sr">{t('mailrules.step', { number })}</legend>
      {people(t('mailrules.reviewers', { number }), s.reviewers, (reviewers) => onChange({ ...s, reviewers }), t('mailrules.reviewersHint'))}
      <Switch label={t('mailrules.head')} on={s.head} onChange={(head) => onChange({ ...s, head })}>{t('mailrules.headHint')}</Switch>
      {s.reviewers.length + Number(s.head) > 1 && <Choice segmented label={t('mailrules.agree')} value={s.all ? 'all' : 'any'} options={[['any', t('mailrules.agree.any')], ['all', t('mailrules.agree.all')]]} onChange={(v) => onChange({ ...s, all: v === 'all' })} />}
      <Field label={t('mailrules.hours')} hint={t('mailrules.hoursHint')} type="number" min={0} max={2160} value={s.hours || ''} onChange={(e) => onChange({ ...s, hours: Number(e.target.value), ...(Number(e.target.value) ? {} : { late: '' }) })} />
      {s.hours > 0 && <Choice label={t('mailrules.late')} value={s.late} options={[['', t('mailrules.late.wait')], ['escalate', t('mailrules.late.escalate')], ['refuse', t('mailrules.late.refuse')], ['release', t('mailrules.late.release')]]} onChange={(late) => onChange({ ...s, late })} />}
      {s.late === 'escalate' && people(t('mailrules.escalate'), s.escalate, (escalate) => onChange({ ...s, escalate }))}
      {onRemove && <Button look="quiet" icon={Trash2} onClick={onRemove}>{t('mailrules.removeStep', { number })}</Button>}
    </fieldset>
  )
}
