import { useEffect, useRef } from 'react'
import type { Email } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { usePrefs } from '~/kit/prefs'
import { Button } from '~/kit/ui/Button'
import { MailOpen } from '~/kit/ui/icons'
import { useMail } from '../context'
import css from '../later/Later.module.css'
import { personName } from '../names'
import { decline, sendReceipt } from './send'

/** Asks whether a read receipt shall go out; what was chosen once for all is done without asking. */
export default function ReceiptAsk({ email }: { email: Email }) {
  const t = useT()
  const { engine, account } = useMail()
  const { receipts } = usePrefs()
  const done = useRef(false)
  const inside = email.authenticity?.verdict === 'internal' && email.outside === false
  const byItself = receipts === 'inside' && inside
  useEffect(() => {
    if (!byItself || done.current) return
    done.current = true
    void sendReceipt(engine, account, email, true)
  }, [byItself, engine, account, email])
  if (receipts === 'never' || byItself) return null
  return (
    <div className={css.note}>
      <MailOpen size={16} aria-hidden />
      <span>{t('receipt.asked', { name: personName(email.from?.[0]) })}</span>
      <Button look="quiet" onClick={() => void sendReceipt(engine, account, email, false)}>
        {t('receipt.send')}
      </Button>
      <Button look="quiet" onClick={() => void decline(engine, account, email)}>
        {t('receipt.decline')}
      </Button>
    </div>
  )
}
