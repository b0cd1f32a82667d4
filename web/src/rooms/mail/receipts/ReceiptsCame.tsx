import type { Email } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { readingDate } from '~/kit/i18n/dates'
import { Check } from '~/kit/ui/icons'
import css from '../later/Later.module.css'
import { personName } from '../names'

/** Who has read a letter that one sent, in words. */
export default function ReceiptsCame({ email }: { email: Email }) {
  const t = useT()
  const all = [...(email.to ?? []), ...(email.cc ?? []), ...(email.bcc ?? [])]
  return (
    <div className={css.note}>
      <Check size={16} aria-hidden />
      <span>
        {(email.receipts ?? []).map((r) => {
          const name = personName(all.find((a) => a.email.toLowerCase() === r.recipient) ?? { name: null, email: r.recipient })
          const time = readingDate(r.at)
          return <span key={r.recipient}>{r.type === 'displayed' ? t('receipt.read', { name, time }) : t('receipt.other', { name, time })} </span>
        })}
      </span>
    </div>
  )
}
