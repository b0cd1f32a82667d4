import { useState } from 'react'
import type { FlowCapability, FlowRule } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { say } from '~/kit/undo'
import { Field } from '~/kit/ui/controls'
import type { AdminApi } from '../data'
import { FormDialog } from '../FormDialog'
import { ruleRefusal } from './words'

/** Removes a rule, or asks for it. */
export function RemoveForm({ api, cap, rule, onClose, reload }: { api: AdminApi; cap: FlowCapability; rule: FlowRule; onClose: () => void; reload: () => void }) {
  const t = useT()
  const [reason, setReason] = useState('')
  const [error, setError] = useState<string>()
  const save = async (): Promise<void> => {
    if (cap.fourEyes && !reason.trim()) return setError(t('mailrules.need.reason'))
    try {
      const { waits } = await api.call<{ waits: boolean }>('FlowRule/set', { id: rule.id, rule: null, reason: reason.trim() })
      say(t(waits ? 'mailrules.asked' : 'mailrules.removed'))
      reload()
      onClose()
    } catch (e) {
      setError(ruleRefusal(e))
    }
  }
  return (
    <FormDialog title={t('mailrules.remove', { name: rule.rule.name })} act={t(cap.fourEyes ? 'mailrules.ask' : 'mailrules.removeIt')} error={error} onSave={save} onClose={onClose}>
      <p>{t(cap.fourEyes ? 'mailrules.removeTwo' : 'mailrules.removeOne')}</p>
      {cap.fourEyes && <Field label={t('mailrules.reason')} hint={t('mailrules.reasonHint')} maxLength={300} value={reason} onChange={(e) => { setReason(e.target.value); setError(undefined) }} />}
    </FormDialog>
  )
}
