import { useState } from 'react'
import type { Email, RelabelAnswer } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Banner } from '~/kit/ui/Banner'
import { Button } from '~/kit/ui/Button'
import { Choice, Field } from '~/kit/ui/controls'
import { DayField } from '~/kit/ui/DayField'
import { Dialog } from '~/kit/ui/Dialog'
import { errorText } from '~/kit/ui/states'
import { say } from '~/kit/undo'
import { useMail } from '../context'
import { levelName, rank, secrecyOf } from './levels'
import css from './Secrecy.module.css'
import { addYears, dayOf, endOf, today } from './term'

/** Gives a letter another level, with the reason that goes into the record. */
export default function RelabelDialog({ email, onClose }: { email: Email; onClose: () => void }) {
  const t = useT()
  const { engine, account } = useMail()
  const cap = secrecyOf(engine.session)
  const now = rank(cap, email.secrecy?.level)
  const [level, setLevel] = useState(email.secrecy?.level ?? '')
  const [until, setUntil] = useState(email.secrecy?.until ? dayOf(email.secrecy.until) : '')
  const [reason, setReason] = useState('')
  const [error, setError] = useState<string>()
  const [busy, setBusy] = useState(false)
  if (!cap) return null
  const lowest = cap.mayLower ? 0 : Math.max(now, 0)
  const years = cap.levels[rank(cap, level)]?.years
  const save = async (): Promise<void> => {
    if (!level) return setError(t('secrecy.choose'))
    if (!reason.trim()) return setError(t('secrecy.needReason'))
    setBusy(true)
    try {
      await engine.transport.call<RelabelAnswer>('Email/relabel', { accountId: account.id, emailId: email.id, level, until: until && rank(cap, level) > 1 ? endOf(until) : null, reason: reason.trim() })
      engine.syncSoon(account.id)
      say(t('secrecy.changed', { level: levelName(cap, level) }))
      onClose()
    } catch (e) {
      const err = asSyncError(e)
      setError(err.kind === 'refused' ? t('secrecy.mayNot') : errorText(t, err))
      setBusy(false)
    }
  }
  return (
    <Dialog title={t('secrecy.changeTitle')} onClose={onClose} footer={<><Button onClick={onClose}>{t('act.cancel')}</Button><Button look="primary" busy={busy} onClick={() => void save()}>{t('secrecy.save')}</Button></>}>
      <div className={css.reason}>
        {error && <Banner kind="danger">{error}</Banner>}
        <Choice label={t('secrecy.level')} value={level} options={[...(level ? [] : [['', t('secrecy.choose')] as const]), ...cap.levels.map((l) => [l.level, levelName(cap, l.level)] as const).filter((_, i) => i >= lowest && i <= rank(cap, cap.ceiling))]} onChange={setLevel} />
        {rank(cap, level) > 1 && <DayField label={t('secrecy.until')} min={today()} max={years ? addYears(years) : undefined} value={until || null} onChange={(d) => setUntil(d ?? '')} />}
        <Field label={t('secrecy.reason')} hint={t('secrecy.reason.hint')} value={reason} maxLength={300} onChange={(e) => { setReason(e.target.value); setError(undefined) }} />
      </div>
    </Dialog>
  )
}
