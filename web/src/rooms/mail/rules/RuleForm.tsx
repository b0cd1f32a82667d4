import { useState } from 'react'
import type { Rule } from '~/api/types.gen'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Choice, Field, Switch } from '~/kit/ui/controls'
import { Dialog } from '~/kit/ui/Dialog'
import { Plus, Search } from '~/kit/ui/icons'
import { sayError } from '~/kit/undo'
import { ActionRow } from './ActionRow'
import { tryRules, type Place, type Tried } from './calls'
import { ConditionRow } from './ConditionRow'
import { complete, stops } from './model'
import { TriedList } from './TriedList'
import css from './Rules.module.css'

/** One rule in plain words: when, and what then. It can be tried before it is saved. */
export function RuleForm({ place, rule, onSave, onClose }: { place: Place; rule: Rule; onSave: (r: Rule) => Promise<boolean>; onClose: () => void }) {
  const t = useT()
  const [r, setR] = useState(rule)
  const [busy, setBusy] = useState(false)
  const [tried, setTried] = useState<Tried>()
  const [shown, setShown] = useState(false)
  const set = (patch: Partial<Rule>): void => {
    setR({ ...r, ...patch })
    setTried(undefined)
  }
  const ready = complete(r)
  const save = async (): Promise<void> => {
    setShown(true)
    if (!ready) return
    setBusy(true)
    if (await onSave({ ...r, name: r.name.trim() })) onClose()
    else setBusy(false)
  }
  const test = (): void => {
    setShown(true)
    const inbox = place.account.role('inbox')
    if (!inbox || !ready) return
    tryRules(place, inbox.id, [{ ...r, isEnabled: true }]).then(setTried, (e: unknown) => sayError(asSyncError(e).message))
  }
  const does = r.actions.filter((a) => a.type !== 'stop')
  const setDoes = (list: Rule['actions']): void => set({ actions: stops(r) ? [...list, { type: 'stop' }] : list })
  return (
    <Dialog
      wide
      title={t(rule.name === '' ? 'rules.new' : 'rules.form')}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('act.cancel')}</Button>
          <Button look="primary" busy={busy} onClick={() => void save()}>{t('rules.save')}</Button>
        </>
      }
    >
      <div className={css.form}>
        <Field label={t('rules.name')} value={r.name} maxLength={200} autoFocus onChange={(e) => set({ name: e.target.value })} error={shown && r.name.trim() === '' ? t('rules.missing') : undefined} />
        <fieldset className={css.part}>
          <legend>{t('rules.when')}</legend>
          {r.conditions.length > 1 && <Choice segmented label={t('rules.match')} value={r.match === 'any' ? 'any' : 'all'} onChange={(match) => set({ match })} options={[['all', t('rules.match.all')], ['any', t('rules.match.any')]]} />}
          {r.conditions.map((c, i) => (
            <ConditionRow key={i} condition={c} number={i + 1} wrong={shown} only={r.conditions.length === 1} onChange={(x) => set({ conditions: r.conditions.map((o, j) => (j === i ? x : o)) })} onRemove={() => set({ conditions: r.conditions.filter((_, j) => j !== i) })} />
          ))}
          <Button look="quiet" icon={Plus} onClick={() => set({ conditions: [...r.conditions, { field: 'subject', op: 'contains', value: '' }] })}>{t('rules.addCondition')}</Button>
        </fieldset>
        <fieldset className={css.part}>
          <legend>{t('rules.then')}</legend>
          {does.map((a, i) => (
            <ActionRow key={i} action={a} number={i + 1} place={place} wrong={shown} only={does.length === 1} onChange={(x) => setDoes(does.map((o, j) => (j === i ? x : o)))} onRemove={() => setDoes(does.filter((_, j) => j !== i))} />
          ))}
          <Button look="quiet" icon={Plus} onClick={() => setDoes([...does, { type: 'flag' }])}>{t('rules.addAction')}</Button>
          <Switch label={t('rules.stop')} on={stops(r)} onChange={(on) => set({ actions: on ? [...does, { type: 'stop' }] : does })} />
        </fieldset>
        <div className={css.bar}>
          <Button icon={Search} onClick={test}>{t('rules.test')}</Button>
        </div>
        {shown && !ready && <p className={css.missing} role="alert">{t('rules.incomplete')}</p>}
        {tried && <TriedList tried={tried} />}
      </div>
    </Dialog>
  )
}
