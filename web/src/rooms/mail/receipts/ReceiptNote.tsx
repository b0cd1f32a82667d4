import { Suspense, lazy } from 'react'
import { RECEIPT_TO, type Email } from '~/api/jmap'
import { withTexts } from '~/kit/i18n'
import { useMail } from '../context'

const ReceiptAsk = lazy(() => withTexts('later', () => import('./ReceiptAsk')))
const ReceiptsCame = lazy(() => withTexts('later', () => import('./ReceiptsCame')))

/** Above a letter: that its sender asks for a read receipt, or who has read it. */
export function ReceiptNote({ email }: { email: Email }) {
  const { mine, mailbox, account } = useMail()
  const own = email.from?.some((a) => mine.has(a.email.toLowerCase())) ?? false
  const asked = (email[RECEIPT_TO]?.length ?? 0) > 0 && !own && !email.keywords['$mdnsent'] && !email.keywords['$draft'] && mailbox?.role !== 'junk' && !account.isReadOnly
  return (
    <Suspense>
      {asked && <ReceiptAsk email={email} />}
      {(email.receipts?.length ?? 0) > 0 && <ReceiptsCame email={email} />}
    </Suspense>
  )
}
