import { useRef, useState, type FormEvent } from 'react'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { answer, signIn, type NextStep } from './session'
import css from './SignIn.module.css'

/**
 * The steps of signing in: address and password, then a code where the account
 * has a second factor. With `address` it is the one who is asked once more.
 */
export function SignInForm({ address, onDone }: { address?: string; onDone: () => Promise<void> }) {
  const t = useT()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string>()
  const [next, setNext] = useState<NextStep | null>(null)
  const [recovery, setRecovery] = useState(false)
  const field = useRef<HTMLInputElement>(null)

  const run = async (wrong: string, go: () => Promise<NextStep | null>): Promise<void> => {
    setBusy(true)
    setError(undefined)
    try {
      const more = await go()
      setNext(more)
      setRecovery(false)
      if (!more) await onDone()
      setBusy(false)
    } catch (err) {
      const e = asSyncError(err)
      setError(e.type === 'tooMany' ? t('signIn.tooMany') : e.kind === 'signedOut' || e.kind === 'refused' ? wrong : t(e.kind === 'offline' ? 'error.offline' : 'error.server'))
      setBusy(false)
      field.current?.select()
    }
  }
  const submit = (e: FormEvent<HTMLFormElement>): void => {
    e.preventDefault()
    const form = new FormData(e.currentTarget)
    const given = (name: string): string => String(form.get(name) ?? '')
    if (next) {
      const code = given('code').trim()
      if (!code) return setError(t('signIn.noCode'))
      return void run(t('signIn.wrongCode'), () => answer(next.ticket, recovery ? 'recovery' : 'totp', code))
    }
    const who = address ?? given('address').trim()
    if (!who || !given('password')) return setError(t('signIn.missing'))
    void run(t('signIn.wrong'), () => signIn(who, given('password')))
  }

  return (
    <form className={css.form} onSubmit={submit} noValidate>
      {next ? (
        <>
          <Field
            key={String(recovery)}
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
          {next.methods.includes('recovery') && (
            <Button look="quiet" onClick={() => { setRecovery(!recovery); setError(undefined) }}>
              {t(recovery ? 'signIn.useApp' : 'signIn.useRecovery')}
            </Button>
          )}
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
        </>
      )}
    </form>
  )
}
