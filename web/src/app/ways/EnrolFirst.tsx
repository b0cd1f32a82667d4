import { useState, type FormEvent } from 'react'
import { useT } from '~/kit/i18n'
import { composing } from '~/kit/keys/ime'
import { asSyncError } from '~/kit/sync/errors'
import { Banner } from '~/kit/ui/Banner'
import { Button } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { errorText } from '~/kit/ui/states'
import { beginFactor, type FirstFactor, type Method } from '../session'
import css from '../SignIn.module.css'
import { makeKey } from './webauthn'
import { refusal } from './refused'

interface Props {
  ticket: string
  methods: readonly Method[]
  busy: boolean
  error: string | undefined
  onAnswer: (method: Method, answer: string) => void
  /** A code by SMS was chosen. */
  onSms: () => void
  onError: (text: string | undefined) => void
}

/** Where the zone asks for a second factor that one does not have: one is set up before anything else opens. */
export default function EnrolFirst({ ticket, methods, busy, error, onAnswer, onSms, onError }: Props) {
  const t = useT()
  const [first, setFirst] = useState<FirstFactor | null>(null)
  const [waiting, setWaiting] = useState(false)
  const [code, setCode] = useState('')
  const run = async (go: () => Promise<void>): Promise<void> => {
    setWaiting(true)
    onError(undefined)
    try {
      await go()
    } catch (err) {
      const e = asSyncError(err)
      onError((await refusal(e.type)) ?? errorText(t, e))
    }
    setWaiting(false)
  }
  const app = (): Promise<void> => run(async () => setFirst(await beginFactor(ticket, 'totp', t('factor.phone'))))
  const key = (): Promise<void> =>
    run(async () => {
      const { options } = await beginFactor(ticket, 'key', t('ways.enrol.keyName'))
      await makeKey(options).then((a) => onAnswer('key', a), () => onError(t('ways.key.failed')))
    })
  if (first) {
    // Within the form of the sign-in, which is one already.
    const send = (e?: FormEvent): void => {
      e?.preventDefault()
      if (code.trim()) onAnswer('totp', code.trim())
      else onError(t('signIn.noCode'))
    }
    return (
      <>
        <p className={css.say}>{t('factor.scan')}</p>
        <img className={css.qr} src={`data:image/png;base64,${first.qr ?? ''}`} alt={t('factor.qr')} width={200} height={200} />
        <p className={css.hint}>
          {t('factor.secret')} <code translate="no">{(first.secret ?? '').replace(/(.{4})/g, '$1 ').trim()}</code>
        </p>
        <Field
          label={t('signIn.code')}
          hint={t('signIn.code.hint')}
          value={code}
          inputMode="numeric"
          autoComplete="one-time-code"
          autoFocus
          error={error}
          onChange={(e) => { setCode(e.target.value); onError(undefined) }}
          onKeyDown={(e) => e.key === 'Enter' && !composing(e) && send(e)}
        />
        <Button look="primary" className={css.submit} busy={busy} onClick={() => send()}>
          {t('factor.confirm')}
        </Button>
      </>
    )
  }
  return (
    <>
      <Banner>{t('ways.enrol')}</Banner>
      {error && (
        <p className={css.wrong} role="alert">
          {error}
        </p>
      )}
      {methods.includes('totp') && (
        <Button look="primary" className={css.submit} busy={busy || waiting} onClick={() => void app()}>
          {t('ways.enrol.app')}
        </Button>
      )}
      {methods.includes('key') && (
        <Button look={methods.includes('totp') ? 'plain' : 'primary'} className={css.submit} busy={busy || waiting} onClick={() => void key()}>
          {t('ways.enrol.key')}
        </Button>
      )}
      {methods.includes('sms') && (
        <Button className={css.submit} busy={busy || waiting} onClick={onSms}>
          {t('ways.enrol.sms')}
        </Button>
      )}
    </>
  )
}
