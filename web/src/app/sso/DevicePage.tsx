import { useCallback, useEffect, useState, type FormEvent } from 'react'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { Skeleton } from '~/kit/ui/states'
import { SignIn } from '../SignIn'
import door from '../SignIn.module.css'
import { SignInForm } from '../SignInForm'
import { answerDevice, askForDevice, type Consent } from './api'
import { ConsentForm } from './ConsentForm'
import { Door } from '../Door'
import css from './Sso.module.css'

type State = 'loading' | 'out' | 'code' | 'surer' | 'allowed' | 'refused'

/** A device without a browser shows a code; whoever types it here lets the device in. */
export function DevicePage() {
  const t = useT()
  const [state, setState] = useState<State>('loading')
  const [code, setCode] = useState(() => new URLSearchParams(location.search).get('code') ?? '')
  const [consent, setConsent] = useState<Consent>()
  const [least, setLeast] = useState<number>()
  const [error, setError] = useState<string>()

  const run = useCallback(
    async (go: () => Promise<void>) => {
      try {
        setError(undefined)
        await go()
      } catch (e) {
        const failed = asSyncError(e)
        setConsent(undefined)
        setState('code')
        setError(t(failed.kind === 'offline' ? 'error.offline' : failed.kind === 'server' ? 'error.server' : failed.type === 'tooMany' ? 'sso.device.many' : 'sso.device.wrong'))
      }
    },
    [t],
  )
  const start = useCallback(() => run(async () => setState((await askForDevice('')).signIn ? 'out' : 'code')), [run])
  useEffect(() => void start(), [start])

  const ask = (typed: string): Promise<void> =>
    run(async () => {
      const step = await askForDevice(typed)
      setLeast(step.least)
      setConsent(step.consent)
      setState(step.signIn ? 'surer' : 'code')
    })
  const submit = (e: FormEvent<HTMLFormElement>): void => {
    e.preventDefault()
    const typed = String(new FormData(e.currentTarget).get('code') ?? '').trim()
    if (!typed) return
    setCode(typed)
    void ask(typed)
  }

  if (state === 'out') return <SignIn expired={false} onDone={start} />
  if (state === 'surer')
    return (
      <Door title={t('signIn.title')}>
        <p className={door.notice}>{t('sso.surer')}</p>
        <SignInForm least={least} onDone={() => ask(code)} />
      </Door>
    )
  if (state === 'allowed' || state === 'refused') return <Door title={t(state === 'allowed' ? 'sso.device.done' : 'sso.device.no')} />
  if (consent)
    return (
      <Door title={t('sso.title', { client: consent.client })}>
        <ConsentForm
          consent={consent}
          onAnswer={(allow) =>
            run(async () => {
              await answerDevice(code, consent.token, allow)
              setState(allow ? 'allowed' : 'refused')
            })
          }
        />
      </Door>
    )
  return (
    <Door title={t('sso.device.title')}>
      {state === 'loading' ? (
        <Skeleton lines={2} />
      ) : (
        <form className={css.form} onSubmit={submit} noValidate>
          <Field label={t('sso.device.code')} hint={t('sso.device.hint')} name="code" defaultValue={code} {...(error ? { error } : {})} autoComplete="off" autoCapitalize="characters" spellCheck={false} maxLength={12} />
          <Button look="primary" type="submit">
            {t('sso.device.go')}
          </Button>
        </form>
      )}
    </Door>
  )
}
