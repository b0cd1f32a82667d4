import { useCallback, useEffect, useRef, useState, type Ref } from 'react'
import { useT, type Key } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Banner } from '~/kit/ui/Banner'
import { Button } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { sendCode } from '../session'
import css from '../SignIn.module.css'
import { codeFromMessage } from './otp'
import { refusal } from './refused'

interface Props {
  ticket: string
  field: Ref<HTMLInputElement>
  error: string | undefined
  busy: boolean
}

/** Seconds between two codes, as the server wants by default. */
const pause = 30

/** A code that is sent to the telephone: sent at once, and again when the person wants. */
export default function SmsStep({ ticket, field, error, busy }: Props) {
  const t = useT()
  const [to, setTo] = useState<string>()
  const [late, setLate] = useState(false)
  const [failed, setFailed] = useState<string>()
  const [wait, setWait] = useState(pause)
  const begun = useRef(false)
  const box = useRef<HTMLDivElement>(null)
  const send = useCallback(async (): Promise<void> => {
    setFailed(undefined)
    setWait(pause)
    try {
      const sent = await sendCode(ticket)
      setTo(sent.to)
      setLate(sent.late)
    } catch (err) {
      const e = asSyncError(err)
      const words: Record<string, Key> = { notSent: 'sms.notSent', tooMany: 'sms.tooMany' }
      setFailed((await refusal(e.type)) ?? t(words[e.type] ?? (e.kind === 'offline' ? 'error.offline' : 'sms.notSent')))
    }
  }, [ticket, t])
  useEffect(() => {
    if (begun.current) return
    begun.current = true
    void send()
  })
  useEffect(() => {
    const tick = setInterval(() => setWait((s) => Math.max(0, s - 1)), 1000)
    return () => clearInterval(tick)
  }, [])
  useEffect(() => {
    const end = new AbortController()
    void codeFromMessage(end.signal).then((code) => {
      const input = box.current?.querySelector('input')
      if (code && input) input.value = code
    })
    return () => end.abort()
  }, [])
  return (
    <>
      {late && !failed && <Banner kind="warning">{t('sms.late')}</Banner>}
      {failed ? <p className={css.wrong} role="alert">{failed}</p> : <p role="status">{to === undefined ? t('sms.sending') : !late && t('sms.sent', { to })}</p>}
      <div ref={box}>
        <Field ref={field} label={t('sms.code')} name="code" inputMode="numeric" autoComplete="one-time-code" autoCapitalize="none" spellCheck={false} autoFocus error={error} />
      </div>
      <Button look="primary" type="submit" busy={busy} className={css.submit}>
        {t('signIn.submit')}
      </Button>
      <Button look="quiet" disabled={wait > 0} onClick={() => void send()}>
        {wait > 0 ? t('sms.againIn', { seconds: wait }) : t('sms.again')}
      </Button>
    </>
  )
}
