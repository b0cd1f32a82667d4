import { useState } from 'react'
import type { FlowCapability, FlowRule, FlowRuleSet } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { say } from '~/kit/undo'
import { Banner } from '~/kit/ui/Banner'
import { Field, Switch } from '~/kit/ui/controls'
import css from '../Console.module.css'
import type { AdminApi, Office } from '../data'
import { FormDialog } from '../FormDialog'
import { fault, freshRule, ready } from './model'
import { ThenFields } from './ThenFields'
import { Trial } from './Trial'
import { WhenFields } from './WhenFields'
import { levelsOf, ruleRefusal, sentence } from './words'

interface Props {
  api: AdminApi
  office: Office
  cap: FlowCapability
  rule: FlowRule | null
  onClose: () => void
  reload: () => void
}

/** A rule for letters: which ones, what happens, what it would have done, and why it is wanted. */
export function FlowForm({ api, office, cap, rule, onClose, reload }: Props) {
  const t = useT()
  const [draft, setDraft] = useState<FlowRuleSet>(rule?.rule ?? freshRule)
  const [reason, setReason] = useState('')
  const [error, setError] = useState<string>()
  const change = (r: FlowRuleSet): void => { setDraft(r); setError(undefined) }
  const levels = levelsOf(api)
  const save = async (): Promise<void> => {
    const missing = fault(draft) ?? (cap.fourEyes && !reason.trim() ? 'mailrules.need.reason' : undefined)
    if (missing) return setError(t(missing))
    try {
      const { waits } = await api.call<{ waits: boolean }>('FlowRule/set', { id: rule?.id ?? null, rule: ready(draft), reason: reason.trim() })
      say(t(waits ? 'mailrules.asked' : 'mailrules.saved'))
      reload()
      onClose()
    } catch (e) {
      setError(ruleRefusal(e))
    }
  }
  return (
    <FormDialog wide title={t(rule ? 'mailrules.change' : 'mailrules.add')} act={cap.fourEyes ? t('mailrules.ask') : t('console.save')} error={error} onSave={save} onClose={onClose}>
      {cap.fourEyes && <Banner>{t('mailrules.fourEyes')}</Banner>}
      <Field label={t('mailrules.name')} hint={t('mailrules.nameHint')} maxLength={60} value={draft.name} onChange={(e) => change({ ...draft, name: e.target.value })} />
      <Switch label={t('mailrules.on')} on={draft.isEnabled} onChange={(isEnabled) => change({ ...draft, isEnabled })} />
      <WhenFields rule={draft} office={office} levels={levels} onChange={change} />
      <ThenFields api={api} rule={draft} onChange={change} />
      <section className={css.group} aria-label={t('mailrules.says')}>
        <h3 className={css.part}>{t('mailrules.says')}</h3>
        <p className={css.preview} role="status">{sentence(draft, office, new Map(levels))}</p>
        <Trial api={api} rule={draft} onError={setError} />
        {cap.fourEyes && <Field label={t('mailrules.reason')} hint={t('mailrules.reasonHint')} maxLength={300} value={reason} onChange={(e) => { setReason(e.target.value); setError(undefined) }} />}
      </section>
    </FormDialog>
  )
}
