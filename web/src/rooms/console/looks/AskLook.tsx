import { useState } from 'react'
import type { Look } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Choice, Field } from '~/kit/ui/controls'
import { say } from '~/kit/undo'
import { PersonField } from '~/rooms/approvals/PersonField'
import type { Suggestion } from '~/rooms/mail/compose/suggest'
import type { AdminApi } from '../data'
import { FormDialog } from '../FormDialog'
import { refusal } from '../data'

const HOURS = ['1', '4', '8', '24', '72', '168', '336']
/** What the server wants of a purpose, in bytes. */
const MIN_PURPOSE = 10

/** Asks for leave to look: into what, for how long and what for. */
export default function AskLook({ api, maxHours, onAsked, onClose }: { api: AdminApi; maxHours: number; onAsked: () => void; onClose: () => void }) {
  const t = useT()
  const [what, setWhat] = useState<'mailbox' | 'journal'>('mailbox')
  const [who, setWho] = useState<Suggestion | null>(null)
  const [hours, setHours] = useState('8')
  const [purpose, setPurpose] = useState('')
  const [error, setError] = useState<string>()
  const save = async (): Promise<void> => {
    if (what === 'mailbox' && !who) return setError(t('looks.needWho'))
    if (new TextEncoder().encode(purpose.trim()).length < MIN_PURPOSE) return setError(t('looks.needPurpose'))
    try {
      const a = await api.call<{ look: Look | null }>('Look/ask', { email: what === 'mailbox' ? who?.email : null, purpose: purpose.trim(), hours: Number(hours) })
      say(t(a.look?.until ? 'looks.granted' : 'looks.asked'))
      onAsked()
      onClose()
    } catch (e) {
      const { type } = asSyncError(e)
      setError(type === 'stateMismatch' ? t('looks.noSecond') : type === 'invalidArguments' ? t('looks.nobody') : refusal(e))
    }
  }
  return (
    <FormDialog title={t('looks.ask')} act={t('looks.ask')} error={error} onSave={save} onClose={onClose}>
      <Choice segmented label={t('looks.what')} value={what} options={[['mailbox', t('looks.what.mailbox')], ['journal', t('looks.journal')]]} onChange={(v) => { setWhat(v); setError(undefined) }} />
      {what === 'mailbox' && <PersonField engine={api.engine} label={t('looks.who')} hint={t('approvals.pass.find')} value={who} onChange={(p) => { setWho(p); setError(undefined) }} />}
      <Choice label={t('looks.hours')} value={hours} options={HOURS.filter((h) => Number(h) <= maxHours).map((h) => [h, t('approvals.look.hours', { count: Number(h) })] as const)} onChange={setHours} />
      <Field label={t('approvals.look.purpose')} hint={t('looks.purpose.hint')} value={purpose} maxLength={600} onChange={(e) => { setPurpose(e.target.value); setError(undefined) }} />
    </FormDialog>
  )
}
