import { useState } from 'react'
import type { Approval, FlowChange, FlowRule } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { say } from '~/kit/undo'
import { Button } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import css from '../Console.module.css'
import type { AdminApi, Office } from '../data'
import { FormDialog } from '../FormDialog'
import { ruleRefusal, sentence } from './words'

interface Props {
  api: AdminApi
  office: Office
  levels: ReadonlyMap<string, string>
  rule: FlowRule
  change: FlowChange
  /** The case, where it is the person's to see. */
  about: Approval | undefined
  reload: () => void
}

/** A change that waits for another security administrator: who asked, what for, and what to do. */
export function Waiting({ api, office, levels, rule, change, about, reload }: Props) {
  const t = useT()
  const [refusing, setRefusing] = useState(false)
  const [error, setError] = useState<string>()
  const [busy, setBusy] = useState(false)
  const act = async (name: string, args: object, done: string): Promise<boolean> => {
    setBusy(true)
    try {
      await api.call(name, args)
      say(done)
      reload()
      return true
    } catch (e) {
      setError(ruleRefusal(e))
      return false
    } finally {
      setBusy(false)
    }
  }
  const decide = (what: string, note: string, done: string): Promise<boolean> => act('Approval/decide', { id: change.approvalId, what, note, to: '' }, done)
  const who = change.isMine ? t('mailrules.waits.mine') : t('mailrules.waits.of', { name: about?.asker ? `${about.asker.name} (${about.asker.email})` : t('mailrules.waits.somebody') })
  return (
    <div className={css.pending} role="group" aria-label={t('mailrules.waits', { name: rule.rule.name })}>
      <p>
        <em className={css.mark}>{t('mailrules.waiting')}</em> {who}
      </p>
      {!rule.isNew && <p>{change.after ? t('mailrules.waits.after', { sentence: `${change.after.name}: ${sentence(change.after, office, levels)}${change.after.isEnabled ? '' : ` (${t('mailrules.off')})`}` }) : t('mailrules.waits.removed')}</p>}
      {change.reason && <p className={css.sub}>{t('mailrules.waits.reason', { text: change.reason })}</p>}
      {error && !refusing && <p role="alert">{error}</p>}
      <div className={css.buttons}>
        {about?.mayDecide && !change.isMine && (
          <>
            <Button look="primary" busy={busy} onClick={() => void decide('approve', '', t('mailrules.agreed'))}>{t('mailrules.approve')}</Button>
            <Button busy={busy} onClick={() => { setError(undefined); setRefusing(true) }}>{t('mailrules.reject')}</Button>
          </>
        )}
        {change.isMine && <Button busy={busy} onClick={() => void act('FlowRule/recall', { approvalId: change.approvalId }, t('mailrules.recalled'))}>{t('mailrules.recall')}</Button>}
      </div>
      {refusing && <RejectForm error={error} onClose={() => setRefusing(false)} onSave={async (note) => { if (!note) return setError(t('mailrules.need.reason')); if (await decide('refuse', note, t('mailrules.rejected'))) setRefusing(false) }} />}
    </div>
  )
}

function RejectForm({ error, onSave, onClose }: { error: string | undefined; onSave: (note: string) => Promise<void>; onClose: () => void }) {
  const t = useT()
  const [note, setNote] = useState('')
  return (
    <FormDialog title={t('mailrules.rejectTitle')} act={t('mailrules.reject')} error={error} onSave={() => onSave(note.trim())} onClose={onClose}>
      <Field label={t('mailrules.reason')} hint={t('mailrules.rejectHint')} maxLength={300} value={note} onChange={(e) => setNote(e.target.value)} />
    </FormDialog>
  )
}
