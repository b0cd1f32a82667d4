import { useState } from 'react'
import type { RemovalAnswer } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Field } from '~/kit/ui/controls'
import { say } from '~/kit/undo'
import type { AdminApi } from '../data'
import { refusal } from '../data'
import { FormDialog } from '../FormDialog'

/** What the server wants of a reason, in bytes. */
const MIN_REASON = 10

/** Asks that a letter is taken out of all mailboxes: which, and why. */
export default function AskRemoval({ api, message, from, second, onAsked, onClose }: { api: AdminApi; message: string; from: string; second: boolean; onAsked: () => void; onClose: () => void }) {
  const t = useT()
  const [letter, setLetter] = useState({ messageId: message, from, reason: '' })
  const [error, setError] = useState<string>()
  const set = (part: Partial<typeof letter>): void => {
    setLetter({ ...letter, ...part })
    setError(undefined)
  }
  const save = async (): Promise<void> => {
    if (!letter.messageId.trim() || !letter.from.trim()) return setError(t('removals.needLetter'))
    if (new TextEncoder().encode(letter.reason.trim()).length < MIN_REASON) return setError(t('removals.needReason'))
    try {
      const a = await api.call<RemovalAnswer>('Removal/ask', letter)
      say(t(second ? 'removals.asked' : 'removals.begun', { count: a.removal?.found ?? 0 }))
      onAsked()
      onClose()
    } catch (e) {
      const { type } = asSyncError(e)
      setError(type === 'stateMismatch' ? t('removals.noSecond') : type === 'invalidArguments' ? t('removals.nowhere') : refusal(e))
    }
  }
  return (
    <FormDialog title={t('removals.ask')} act={t(second ? 'removals.act.ask' : 'removals.act')} error={error} onSave={save} onClose={onClose}>
      <Field label={t('removals.messageId')} hint={t('removals.messageId.hint')} value={letter.messageId} maxLength={998} autoComplete="off" spellCheck={false} onChange={(e) => set({ messageId: e.target.value })} />
      <Field label={t('removals.author')} type="email" value={letter.from} maxLength={320} autoComplete="off" onChange={(e) => set({ from: e.target.value })} />
      <Field label={t('removals.reason')} hint={t('removals.reason.hint')} value={letter.reason} maxLength={600} onChange={(e) => set({ reason: e.target.value })} />
    </FormDialog>
  )
}
