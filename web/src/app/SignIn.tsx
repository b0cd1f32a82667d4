import { useRef, useState, type FormEvent } from 'react'
import { isLanguage, language, languages, speak, useT } from '~/kit/i18n'
import { setPrefs } from '~/kit/prefs'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { Seal } from './Seal'
import { signIn } from './session'
import css from './SignIn.module.css'

/** The door: address, password, and the language to be spoken to in. */
export function SignIn({ expired, onDone }: { expired: boolean; onDone: () => Promise<void> }) {
  const t = useT()
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<string>()
  const password = useRef<HTMLInputElement>(null)

  const submit = async (e: FormEvent<HTMLFormElement>): Promise<void> => {
    e.preventDefault()
    const form = new FormData(e.currentTarget)
    const address = String(form.get('address')).trim()
    if (!address || !form.get('password')) return setError(t('signIn.missing'))
    setBusy(true)
    setError(undefined)
    try {
      await signIn(address, String(form.get('password')))
      await onDone()
    } catch (err) {
      const e2 = asSyncError(err)
      setError(e2.type === 'tooMany' ? t('signIn.tooMany') : e2.kind === 'signedOut' || e2.kind === 'refused' ? t('signIn.wrong') : t(e2.kind === 'offline' ? 'error.offline' : 'error.server'))
      setBusy(false)
      password.current?.select()
    }
  }

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
        <form className={css.form} onSubmit={(e) => void submit(e)} noValidate>
          <Field label={t('signIn.address')} name="address" type="email" autoComplete="username" inputMode="email" autoCapitalize="none" spellCheck={false} autoFocus />
          <Field ref={password} label={t('signIn.password')} name="password" type="password" autoComplete="current-password" error={error} />
          <Button look="primary" type="submit" busy={busy} className={css.submit}>
            {busy ? t('signIn.busy') : t('signIn.submit')}
          </Button>
        </form>
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
