import { useState } from 'react'
import { useT, type Key } from '~/kit/i18n'
import { Button } from '~/kit/ui/Button'
import { Check } from '~/kit/ui/icons'
import type { Consent } from './api'
import css from './Sso.module.css'

const words: Record<string, Key> = {
  openid: 'sso.scope.openid',
  profile: 'sso.scope.profile',
  email: 'sso.scope.email',
  offline_access: 'sso.scope.offline',
  mail: 'sso.scope.mail',
}

/** What a scope gives, in words. */
export const scopeWords = (t: ReturnType<typeof useT>, scope: string): string => {
  const key = words[scope]
  return key ? t(key) : scope
}

/** Who asks, what they get, and the person's yes or no. */
export function ConsentForm({ consent, onAnswer }: { consent: Consent; onAnswer: (allow: boolean) => Promise<void> }) {
  const t = useT()
  const [busy, setBusy] = useState(false)
  const answer = (allow: boolean): void => {
    setBusy(true)
    void onAnswer(allow).finally(() => setBusy(false))
  }
  return (
    <>
      <p className={css.who}>{t('sso.who', { address: consent.address })}</p>
      <p className={css.gets}>{t('sso.gets', { client: consent.client })}</p>
      <ul className={css.scopes}>
        {consent.scopes.map((s) => (
          <li key={s} data-strong={s === 'mail' || undefined}>
            <Check size={16} aria-hidden />
            {scopeWords(t, s)}
          </li>
        ))}
      </ul>
      <p className={css.site}>{consent.site ? t('sso.site', { site: consent.site }) : t('sso.device.warn')}</p>
      <div className={css.buttons}>
        <Button look="primary" busy={busy} onClick={() => answer(true)}>
          {t('sso.allow')}
        </Button>
        <Button disabled={busy} onClick={() => answer(false)}>
          {t('sso.refuse')}
        </Button>
      </div>
    </>
  )
}
