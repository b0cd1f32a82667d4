import { useId, useState } from 'react'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Banner } from '~/kit/ui/Banner'
import { Button } from '~/kit/ui/Button'
import { Dialog } from '~/kit/ui/Dialog'
import { errorText } from '~/kit/ui/states'
import { ruleRefusal } from './foresee'
import css from './Review.module.css'

/** What the server takes of a reason, in bytes; a letter of a script of East Asia has three. */
const MAX_REASON = 650

/** Why a letter that was returned should go out after all: those above decide. */
export default function AppealDialog({ onAppeal, onClose }: { onAppeal: (reason: string) => Promise<void>; onClose: () => void }) {
  const t = useT()
  const id = useId()
  const [reason, setReason] = useState('')
  const [error, setError] = useState<string>()
  const [busy, setBusy] = useState(false)
  const send = async (): Promise<void> => {
    if (busy) return
    if (!reason.trim()) return setError(t('review.appeal.needReason'))
    setBusy(true)
    try {
      await onAppeal(reason.trim())
      onClose()
    } catch (e) {
      setError((await ruleRefusal(e)) ?? errorText(t, asSyncError(e)))
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={t('review.appeal.title')}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('act.cancel')}</Button>
          <Button look="primary" type="submit" form={id} busy={busy}>{t('review.appeal')}</Button>
        </>
      }
    >
      <form id={id} className={css.form} noValidate onSubmit={(e) => { e.preventDefault(); void send() }}>
        {error && <Banner kind="danger" live>{error}</Banner>}
        <label className={css.area}>
          <span>{t('review.appeal.reason')}</span>
          <textarea rows={4} maxLength={MAX_REASON} value={reason} autoFocus onChange={(e) => { setReason(e.target.value); setError(undefined) }} />
        </label>
        <small>{t('review.appeal.hint')}</small>
      </form>
    </Dialog>
  )
}
