import { useEffect, useState } from 'react'
import type { FlowForeseeAnswer } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { Eye, ShieldAlert } from '~/kit/ui/icons'
import type { MailAccount } from '../account'
import type { Draft } from '../compose/draft'
import type { MailEngine } from '../engine'
import { foresee, refusedText } from './foresee'
import css from './Review.module.css'

const PAUSE = 1200

/** Beside the button that sends: what the rules will do with the letter, asked when the writer pauses. */
export default function ReviewNote({ engine, account, draft, from }: { engine: MailEngine; account: MailAccount; draft: Draft; from: string }) {
  const t = useT()
  const [seen, setSeen] = useState<FlowForeseeAnswer | null>(null)
  const { to, cc, bcc, subject, body, quote, rich, files, secrecy } = draft
  useEffect(() => {
    let stale = false
    if (to.length + cc.length + bcc.length === 0) return setSeen(null)
    const timer = setTimeout(() => void foresee(engine, account, { ...draft, to, cc, bcc, subject, body, quote, rich, files, secrecy }, from).then((a) => !stale && setSeen(a)), PAUSE)
    return () => {
      stale = true
      clearTimeout(timer)
    }
  }, [engine, account, from, to, cc, bcc, subject, body, quote, rich, files, secrecy])
  const refused = seen && refusedText(seen)
  if (!seen || !(refused || seen.isHeld)) return null
  return (
    <p className={css.note} role="status" data-refused={refused ? true : undefined}>
      {refused ? (
        <>
          <ShieldAlert size={16} aria-hidden /> {refused}
        </>
      ) : (
        <>
          <Eye size={16} aria-hidden /> {t('review.foreseen', { names: seen.reviewers.join(t('review.and')) })}
        </>
      )}
    </p>
  )
}
