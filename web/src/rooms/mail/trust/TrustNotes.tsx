import { useEffect, useState } from 'react'
import type { Email, QueryResponse } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { ShieldAlert, Users } from '~/kit/ui/icons'
import { searchDirectory } from '../compose/suggest'
import { useMail } from '../context'
import type { MailAccount } from '../account'
import type { MailEngine } from '../engine'
import { domainOf, owner, sameName } from './domains'
import css from './Trust.module.css'

interface Looked {
  first: boolean
  colleague: string | null
}

/** The outside-sender banner: quiet where all is well, plain where something is odd. */
export default function TrustNotes({ email }: { email: Email }) {
  const t = useT()
  const { engine, account } = useMail()
  const from = email.from?.[0]
  const [looked, setLooked] = useState<Looked>({ first: false, colleague: null })
  useEffect(() => {
    let gone = false
    void lookUp(engine, account, email).then((l) => !gone && setLooked(l), () => {})
    return () => {
      gone = true
    }
  }, [engine, account, email.id])

  const reply = email.replyTo?.find((r) => owner(domainOf(r.email)) !== owner(domainOf(from?.email)))
  const odd = [
    ...(email.authenticity?.verdict === 'failed' ? [t('trust.warn.failed', { domain: email.authenticity.domain ?? domainOf(from?.email) })] : []),
    ...(looked.colleague ? [t('trust.warn.colleague', { name: from?.name ?? '', address: looked.colleague })] : []),
    ...(reply ? [t('trust.warn.reply', { address: reply.email })] : []),
  ]
  return (
    <div className={css.note} data-odd={odd.length > 0 || undefined} role={odd.length > 0 ? 'alert' : 'note'}>
      {odd.length > 0 ? <ShieldAlert size={16} aria-hidden /> : <Users size={16} aria-hidden />}
      <ul>
        {odd.map((text) => (
          <li key={text}>
            <b>{text}</b>
          </li>
        ))}
        <li>{looked.first ? t('trust.outside.first', { address: from?.email ?? '' }) : t('trust.outside')}</li>
      </ul>
    </div>
  )
}

/** Whether the sender wrote before, and whether a colleague bears the same name. */
async function lookUp(engine: MailEngine, a: MailAccount, email: Email): Promise<Looked> {
  const from = email.from?.[0]
  if (!from) return { first: false, colleague: null }
  const [before, people] = await Promise.all([
    engine.transport.call<QueryResponse>('Email/query', { accountId: a.id, filter: { from: from.email, before: email.receivedAt }, limit: 1 }),
    from.name ? searchDirectory(engine, a, from.name) : [],
  ])
  const double = people.find((p) => p.name && sameName(p.name, from.name ?? '') && p.email.toLowerCase() !== from.email.toLowerCase())
  return { first: before.ids.length === 0, colleague: double?.email ?? null }
}
