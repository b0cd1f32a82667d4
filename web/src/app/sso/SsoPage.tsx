import { Suspense, lazy, useCallback, useEffect, useState } from 'react'
import { useT, withTexts } from '~/kit/i18n'
import { asSyncError, type SyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Failure, Skeleton } from '~/kit/ui/states'
import { signOut } from '../session'
import { SignIn } from '../SignIn'
import door from '../SignIn.module.css'
import { SignInForm } from '../SignInForm'
import { answerTo, askFor, type Step, type Way } from './api'
import { ConsentForm } from './ConsentForm'
import { DevicePage } from './DevicePage'
import { Door } from '../Door'
import css from './Sso.module.css'

const InPage = lazy(() => withTexts('agency', () => import('./InPage')))

const CertificatePage = lazy(() => withTexts('certificates', () => import('../certificates/CertificatePage')))
const CardPage = lazy(() => withTexts('certificates', () => import('../certificates/CardPage')))

/** The pages of single sign-on, by their address: /sso/... */
export default function SsoPage() {
  const t = useT()
  const page = location.pathname.split('/')[2]
  // Behind the #, where neither a log nor another site sees it.
  const ask = location.hash.slice(1)
  if (page === 'ask' && ask) return <AskPage ask={ask} way="oidc" />
  if (page === 'saml' && ask) return <AskPage ask={ask} way="saml" />
  if (page === 'device') return <DevicePage />
  if (page === 'end') return <EndPage />
  if (page === 'in' && ask)
    return (
      <Suspense>
        <InPage pass={ask} />
      </Suspense>
    )
  if (page === 'cert' && ask)
    return (
      <Suspense>
        <CertificatePage pass={ask} />
      </Suspense>
    )
  if (page === 'card')
    return (
      <Suspense>
        <CardPage />
      </Suspense>
    )
  return (
    <Door title={t('sso.refused.title')}>
      <p className={css.hint}>{t('sso.refused.text')}</p>
    </Door>
  )
}

/** A system asks who one is: sign in first, then say yes or no, then go back there. */
function AskPage({ ask, way }: { ask: string; way: Way }) {
  const t = useT()
  const [step, setStep] = useState<Step>()
  const [error, setError] = useState<SyncError | null>(null)
  const take = useCallback((s: Step): void => {
    // Only the server says where to, and only to a registered address.
    if (s.redirect) location.replace(s.redirect)
    setStep(s)
  }, [])
  const load = useCallback(async () => {
    try {
      setError(null)
      take(await askFor(way, ask))
    } catch (e) {
      setError(asSyncError(e))
    }
  }, [ask, way, take])
  useEffect(() => void load(), [load])

  if (error?.kind === 'offline' || error?.kind === 'server') return <Failure error={error} retry={() => void load()} />
  if (error)
    return (
      <Door title={t('sso.over.title')}>
        <p className={css.hint}>{t('sso.over.text')}</p>
      </Door>
    )
  if (step?.signIn && !step.again) return <SignIn expired={false} least={step.least} onDone={load} />
  if (step?.signIn)
    return (
      <Door title={t('signIn.title')}>
        <p className={door.notice}>{t(step.least ? 'sso.surer' : 'sso.again')}</p>
        <SignInForm least={step.least} onDone={load} />
      </Door>
    )
  const { consent } = step ?? {}
  if (!consent)
    return (
      <Door title={t('sso.moving')}>
        <Skeleton lines={2} />
      </Door>
    )
  return (
    <Door title={t('sso.title', { client: consent.client })}>
      <ConsentForm
        consent={consent}
        onAnswer={async (allow) => {
          try {
            take(await answerTo(way, ask, consent.token, allow))
          } catch (e) {
            setError(asSyncError(e))
          }
        }}
      />
    </Door>
  )
}

/** A system asks for the sign-out, without proof that it is of this session. */
function EndPage() {
  const t = useT()
  const [done, setDone] = useState(false)
  const [failed, setFailed] = useState(false)
  const out = async (): Promise<void> => {
    try {
      setFailed(false)
      // First what is kept in this browser, as when a session ends by itself.
      await (await import('../away')).ended(null)
      await signOut()
      setDone(true)
    } catch {
      setFailed(true)
    }
  }
  if (done) return <Door title={t('sso.end.done')} />
  return (
    <Door title={t('sso.end.title')}>
      <p className={css.hint}>{t('sso.end.text')}</p>
      {failed && (
        <p className={door.notice} role="alert">
          {t('error.offline')}
        </p>
      )}
      <div className={css.buttons}>
        <Button look="primary" onClick={() => void out()}>
          {t('sso.end.do')}
        </Button>
        <Button onClick={() => location.assign('/')}>{t('sso.end.stay')}</Button>
      </div>
    </Door>
  )
}
