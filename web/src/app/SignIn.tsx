import { Suspense, lazy } from 'react'
import { isLanguage, language, languages, speak, useT, withTexts } from '~/kit/i18n'
import { setPrefs } from '~/kit/prefs'
import { Door } from './Door'
import { SignInForm } from './SignInForm'
import { useWays } from './ways/offer'
import css from './SignIn.module.css'

const ApplyLink = lazy(() => withTexts('apply', () => import('./apply/ApplyLink')))
const AgencyWays = lazy(() => withTexts('agency', () => import('./sso/AgencyWays')))

const RegulationsLink = lazy(() => withTexts('regulations', () => import('./regulations/RegulationsLink')))
const CertificateWay = lazy(() => withTexts('certificates', () => import('./certificates/CertificateWay')))

/** The door: who one is, and the language to be spoken to in. */
export function SignIn({ expired, least, onDone }: { expired: boolean; least?: number; onDone: () => Promise<void> }) {
  const t = useT()
  const ways = useWays()
  return (
    <Door title={t('signIn.title')} foot={<Languages />}>
      {expired && <p className={css.notice}>{t('signIn.expired')}</p>}
      <SignInForm least={least} onDone={onDone} />
      <Suspense>
        {(ways?.certificate || ways?.card) && <CertificateWay ways={ways} />}
        {!!ways?.providers.length && <AgencyWays ways={ways.providers} />}
        {ways?.apply && <ApplyLink />}
        {ways?.rulebook && <RegulationsLink />}
      </Suspense>
    </Door>
  )
}

function Languages() {
  const t = useT()
  return (
    <nav className={css.languages} aria-label={t('settings.language')}>
      {Object.entries(languages).map(([code, name]) => (
        <button
          key={code}
          type="button"
          lang={code}
          aria-current={code === language() || undefined}
          onClick={() => {
            if (!isLanguage(code)) return
            setPrefs({ language: code })
            void speak(code)
          }}
        >
          {name}
        </button>
      ))}
    </nav>
  )
}
