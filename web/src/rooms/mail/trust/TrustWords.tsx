import type { Email } from '~/api/jmap'
import { useT, type Key } from '~/kit/i18n'
import { domainOf } from './domains'

const words = { verified: 'trust.verified', unverified: 'trust.unverified', failed: 'trust.failed', internal: 'trust.internal' } as const satisfies Record<string, Key>

/** The origin of a letter in words, with what each check said. */
export default function TrustWords({ email }: { email: Email }) {
  const t = useT()
  const a = email.authenticity
  if (!a) return null
  const key = words[a.verdict as keyof typeof words] ?? words.unverified
  const checks = [['SPF', a.spf], ['DKIM', a.dkim], ['DMARC', a.dmarc]].filter(([, v]) => v)
  return (
    <div>
      <dt>{t('trust.origin')}</dt>
      <dd>
        <span>{t(key, { domain: a.domain ?? domainOf(email.from?.[0]?.email) })}</span>
        {checks.length > 0 && <span>{checks.map(([name, v]) => `${name}: ${v}`).join(' · ')}</span>}
      </dd>
    </div>
  )
}
