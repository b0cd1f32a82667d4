import { useState } from 'react'
import type { FactorEnrolment } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Dialog } from '~/kit/ui/Dialog'
import { Field } from '~/kit/ui/controls'
import { errorText } from '~/kit/ui/states'
import css from './Security.module.css'

/** Shows the secret of an app as a picture, and takes its first code. */
export function EnrolApp({ enrolment, onCode, onClose }: { enrolment: FactorEnrolment; onCode: (code: string) => Promise<void>; onClose: () => void }) {
  const t = useT()
  const [code, setCode] = useState('')
  const [error, setError] = useState<string>()
  const [busy, setBusy] = useState(false)
  const send = async (): Promise<void> => {
    setBusy(true)
    try {
      await onCode(code)
    } catch (err) {
      const e = asSyncError(err)
      setError(e.type === 'wrongCode' ? t('factor.wrongCode') : errorText(t, e))
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={t('factor.add')}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('act.cancel')}</Button>
          <Button look="primary" type="submit" form="enrol" busy={busy}>
            {t('factor.confirm')}
          </Button>
        </>
      }
    >
      <form id="enrol" className={css.enrol} onSubmit={(e) => { e.preventDefault(); void send() }} noValidate>
        <p>{t('factor.scan')}</p>
        <img className={css.qr} src={`data:image/png;base64,${enrolment.qr}`} alt={t('factor.qr')} width={200} height={200} />
        <p className={css.secret}>
          {t('factor.secret')} <code translate="no">{enrolment.secret.replace(/(.{4})/g, '$1 ').trim()}</code>
        </p>
        <Field label={t('signIn.code')} hint={t('signIn.code.hint')} value={code} inputMode="numeric" autoComplete="one-time-code" autoFocus error={error} onChange={(e) => { setCode(e.target.value); setError(undefined) }} />
      </form>
    </Dialog>
  )
}
