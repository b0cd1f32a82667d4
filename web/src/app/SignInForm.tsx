import { Suspense, lazy, useRef, useState, type FormEvent } from 'react'
import { useT, withTexts } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { answer, askPasskey, signIn, type Method, type NextStep, type Outcome } from './session'
import { keysWork } from './ways/keys-work'
import css from './SignIn.module.css'

const KeyStep = lazy(() => withTexts('ways', () => import('./ways/KeyStep')))
const SmsStep = lazy(() => withTexts('phone', () => import('./ways/SmsStep')))
const EnrolFirst = lazy(() => withTexts('ways', () => withTexts('security', () => import('./ways/EnrolFirst'))))
const ChoosePassword = lazy(() => withTexts('life', () => withTexts('security', () => import('./ways/ChoosePassword'))))
const AcceptStep = lazy(() => withTexts('regulations', () => import('./regulations/AcceptStep')))
const HelpIn = lazy(() => withTexts('life', () => import('./ways/HelpIn')))
const FirstCodes = lazy(() => withTexts('security', () => import('./ways/FirstCodes')))

// What the person is most likely to have at hand comes first.
const order: readonly Method[] = ['key', 'totp', 'sms', 'recovery']
const bestOf = (step: NextStep | null): Method => order.find((m) => step?.methods.includes(m) && (m !== 'key' || keysWork())) ?? 'totp'
const instead = { key: 'signIn.useKey', totp: 'signIn.useApp', sms: 'signIn.useSms', recovery: 'signIn.useRecovery', password: 'signIn.password', accept: 'signIn.password' } as const

/**
 * The steps of signing in: address and password, then a key or code where the
 * account has a second factor, or its setting up where it needs one. With
 * `address` it is the one who is asked once more, with `begun` a sign-in by the
 * agency's own provider that needs more, with `least` a system asks for a
 * surer one.
 */
export function SignInForm({ address, begun = null, least, onDone }: { address?: string; begun?: NextStep | null; least?: number; onDone: () => Promise<void> }) {
  const t = useT()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string>()
  const [next, setNext] = useState(begun)
  const [method, setMethod] = useState<Method>(() => bestOf(begun))
  const [helping, setHelping] = useState<string | null>(null)
  const [codes, setCodes] = useState<string[] | null>(null)
  const recovery = method === 'recovery'
  const field = useRef<HTMLInputElement>(null)
  const kept = useRef<string[]>(null)

  const run = async (wrong: string, go: () => Promise<Outcome>): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      const more = await go()
      // Codes that come in the middle are shown at the end.
      if (more?.codes) kept.current = more.codes
      if (more && 'ticket' in more) {
        setNext(more)
        setMethod(bestOf(more))
      } else if (kept.current) setCodes(kept.current)
      else {
        setNext(null)
        await onDone()
      }
      setBusy(false)
    } catch (err) {
      const e = asSyncError(err)
      // The browser says no more of a key than that there was none.
      const told = err instanceof DOMException ? wrong : await import('./ways/refused').then((m) => m.refusal(e.type)).catch(() => undefined)
      setError(told ?? (e.type === 'tooMany' ? t('signIn.tooMany') : e.kind === 'signedOut' || e.kind === 'refused' ? wrong : t(e.kind === 'offline' ? 'error.offline' : 'error.server')))
      setBusy(false)
      field.current?.select()
    }
  }
  const passkey = (): void => {
    void import('./ways/webauthn').then((m) => run(t('signIn.wrongKey'), () => askPasskey(m.askKey)))
  }
  const submit = (e: FormEvent<HTMLFormElement>): void => {
    e.preventDefault()
    const form = new FormData(e.currentTarget)
    const given = (name: string): string => String(form.get(name) ?? '')
    if (next) {
      const code = given('code').trim()
      if (!code) return setError(t('signIn.noCode'))
      return void run(t('signIn.wrongCode'), () => answer(next.ticket, method, code))
    }
    const who = address ?? given('address').trim()
    if (!who || !given('password')) return setError(t('signIn.missing'))
    void run(t('signIn.wrong'), () => signIn(who, given('password'), least))
  }

  if (codes) {
    return (
      <Suspense>
        <FirstCodes codes={codes} onClose={() => { setCodes(null); void onDone() }} />
      </Suspense>
    )
  }
  if (helping !== null) {
    return (
      <Suspense>
        <HelpIn address={helping} onBack={() => { setHelping(null); setError(undefined) }} />
      </Suspense>
    )
  }
  return (
    <form className={css.form} onSubmit={submit} noValidate>
      {next ? (
        <>
          <Suspense>
            {next.enrol && method !== 'sms' ? (
              <EnrolFirst onSms={() => { setMethod('sms'); setError(undefined) }} ticket={next.ticket} methods={next.methods.filter((m) => m !== 'key' || keysWork())} busy={busy} error={error} onError={setError} onAnswer={(m, a) => void run(t(m === 'key' ? 'signIn.wrongKey' : 'signIn.wrongCode'), () => answer(next.ticket, m, a))} />
            ) : next.methods.includes('accept') ? (
              <AcceptStep options={next.options} busy={busy} error={error} onAnswer={(v) => void run(t('error.server'), () => answer(next.ticket, 'accept', v))} />
            ) : next.methods.includes('password') ? (
              <ChoosePassword options={next.options} busy={busy} error={error} onError={setError} onAnswer={(p) => void run(t('signIn.wrong'), () => answer(next.ticket, 'password', p))} />
            ) : method === 'key' ? (
              <KeyStep options={next.options} error={error} busy={busy} onAnswer={(a) => void run(t('signIn.wrongKey'), () => answer(next.ticket, 'key', a))} />
            ) : method === 'sms' ? (
              <SmsStep key={next.ticket} ticket={next.ticket} field={field} error={error} busy={busy} />
            ) : (
              <>
                <Field
                  key={method}
                  ref={field}
                  label={t(recovery ? 'signIn.recoveryCode' : 'signIn.code')}
                  hint={t(recovery ? 'signIn.recoveryCode.hint' : 'signIn.code.hint')}
                  name="code"
                  inputMode={recovery ? 'text' : 'numeric'}
                  autoComplete="one-time-code"
                  autoCapitalize="none"
                  spellCheck={false}
                  autoFocus
                  error={error}
                />
                <Button look="primary" type="submit" busy={busy} className={css.submit}>
                  {t('signIn.submit')}
                </Button>
              </>
            )}
          </Suspense>
          {!next.enrol &&
            order
              .filter((m) => m !== method && next.methods.includes(m) && (m !== 'key' || keysWork()))
              .map((m) => (
                <Button key={m} look="quiet" onClick={() => { setMethod(m); setError(undefined) }}>
                  {t(instead[m])}
                </Button>
              ))}
          <Button look="quiet" onClick={() => { setNext(null); setError(undefined) }}>
            {t('signIn.startOver')}
          </Button>
        </>
      ) : (
        <>
          {address ? (
            <input type="hidden" name="username" autoComplete="username" value={address} readOnly />
          ) : (
            <Field label={t('signIn.address')} name="address" type="email" autoComplete="username" inputMode="email" autoCapitalize="none" spellCheck={false} autoFocus />
          )}
          <Field ref={field} label={t('signIn.password')} name="password" type="password" autoComplete="current-password" autoFocus={address !== undefined} error={error} />
          <Button look="primary" type="submit" busy={busy} className={css.submit}>
            {busy ? t('signIn.busy') : t('signIn.submit')}
          </Button>
          {keysWork() && (
            <Button look="quiet" onClick={passkey}>
              {t('signIn.passkey')}
            </Button>
          )}
          {!address && (
            <Button look="quiet" onClick={(e) => setHelping(String(new FormData(e.currentTarget.form ?? undefined).get('address') ?? ''))}>
              {t('signIn.help')}
            </Button>
          )}
        </>
      )}
    </form>
  )
}
