import { useCallback, useEffect, useRef, useState, type Ref } from 'react'
import { useT, type Key } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Banner } from '~/kit/ui/Banner'
import { Button } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { sendCode } from '../session'
import css from '../SignIn.module.css'
import { composing } from '~/kit/keys/ime'
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
  const [asking, setAsking] = useState<'quietly' | 'again'>()
  const [number, setNumber] = useState('')
  const [late, setLate] = useState(false)
  const [failed, setFailed] = useState<string>()
  const [wait, setWait] = useState(pause)
  const begun = useRef(false)
  const box = useRef<HTMLDivElement>(null)
  const send = useCallback(async (given: string): Promise<void> => {
    setFailed(undefined)
    setWait(pause)
    try {
      const sent = await sendCode(ticket, given)
      setAsking(undefined)
      setTo(sent.to)
      setLate(sent.late)
    } catch (err) {
      const e = asSyncError(err)
      // A first second factor: the number is asked for, unless one is registered.
      if (e.type === 'badNumber') return setAsking(given ? 'again' : 'quietly')
      const words: Record<string, Key> = { notSent: 'sms.notSent', tooMany: 'sms.tooMany' }
      setFailed((await refusal(e.type)) ?? t(words[e.type] ?? (e.kind === 'offline' ? 'error.offline' : 'sms.notSent')))
    }
  }, [ticket, t])
  useEffect(() => {
    if (begun.current) return
    begun.current = true
    void send('')
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
  const give = (): void => void send(number.trim() || '?')
  if (asking)
    return (
      <>
        <Field
          label={t('phone.number')}
          name="number"
          type="tel"
          inputMode="tel"
          autoComplete="tel"
          autoFocus
          value={number}
          error={failed ?? (asking === 'again' ? t('phone.bad') : undefined)}
          onChange={(e) => { setNumber(e.target.value); setAsking('quietly') }}
          onKeyDown={(e) => { if (e.key === 'Enter' && !composing(e)) { e.preventDefault(); give() } }}
        />
        <Button look="primary" className={css.submit} busy={busy} onClick={give}>
          {t('phone.send')}
        </Button>
      </>
    )
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
      <Button look="quiet" disabled={wait > 0} onClick={() => void send(number)}>
        {wait > 0 ? t('sms.againIn', { seconds: wait }) : t('sms.again')}
      </Button>
    </>
  )
}
