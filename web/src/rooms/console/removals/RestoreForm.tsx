import { useState } from 'react'
import type { Removal } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { Field } from '~/kit/ui/controls'
import { say } from '~/kit/undo'
import type { AdminApi } from '../data'
import { refusal } from '../data'
import { FormDialog } from '../FormDialog'

/** Puts letters back that were taken out of mailboxes, with the reason. */
export default function RestoreForm({ api, removal, onDone, onClose }: { api: AdminApi; removal: Removal; onDone: () => void; onClose: () => void }) {
  const t = useT()
  const [reason, setReason] = useState('')
  const [error, setError] = useState<string>()
  const save = async (): Promise<void> => {
    if (!reason.trim()) return setError(t('removals.needReason'))
    try {
      await api.call('Removal/restore', { id: removal.id, reason: reason.trim() })
      say(t('removals.restoreBegun'))
      onDone()
      onClose()
    } catch (e) {
      setError(refusal(e))
    }
  }
  return (
    <FormDialog title={t('removals.restore.title')} act={t('removals.restore')} error={error} onSave={save} onClose={onClose}>
      <p>{t('removals.restore.text', { name: removal.subject, count: removal.out })}</p>
      <Field label={t('removals.reason')} hint={t('removals.reason.hint')} value={reason} maxLength={600} onChange={(e) => { setReason(e.target.value); setError(undefined) }} />
    </FormDialog>
  )
}
