import { Suspense, lazy } from 'react'
import { isLanguage, language, languages, speak, useT, withTexts } from '~/kit/i18n'
import { setPrefs } from '~/kit/prefs'
import { Seal } from './Seal'
import { SignInForm } from './SignInForm'
import css from './SignIn.module.css'

const AgencyWays = lazy(() => withTexts('agency', () => import('./sso/AgencyWays')))

/** The door: who one is, and the language to be spoken to in. */
export function SignIn({ expired, onDone }: { expired: boolean; onDone: () => Promise<void> }) {
  const t = useT()
  return (
    <main className={css.page}>
      <div className={css.brand}>
        <Seal size={52} />
        <p className={css.name}>Chancery</p>
        <p className={css.sub}>{t('signIn.tagline')}</p>
      </div>
      <div className={css.panel}>
        <h1 className={css.title}>{t('signIn.title')}</h1>
        {expired && <p className={css.notice}>{t('signIn.expired')}</p>}
        <SignInForm onDone={onDone} />
        <Suspense>
          <AgencyWays />
        </Suspense>
      </div>
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
    </main>
  )
}
