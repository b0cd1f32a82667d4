import { Suspense, lazy, useState } from 'react'
import type { Email } from '~/api/jmap'
import { useT, withTexts } from '~/kit/i18n'
import { fullDate } from '~/kit/i18n/dates'
import { Button } from '~/kit/ui/Button'
import { useMail } from '../context'
import { LevelMark } from './LevelMark'
import css from './Secrecy.module.css'

const RelabelDialog = lazy(() => withTexts('secrecy', () => import('./RelabelDialog')))

/** Above a letter: how secret it is and until when, and the way to another level. */
export default function LevelNote({ email }: { email: Email }) {
  const t = useT()
  const { account } = useMail()
  const [asking, setAsking] = useState(false)
  return (
    <div className={css.note}>
      <LevelMark emails={[email]} />
      {email.secrecy?.until && <span>{t('secrecy.ends', { date: fullDate(email.secrecy.until) })}</span>}
      {!account.isReadOnly && !email.keywords['$draft'] && (
        <Button look="quiet" onClick={() => setAsking(true)}>
          {t('secrecy.change')}
        </Button>
      )}
      {asking && (
        <Suspense>
          <RelabelDialog email={email} onClose={() => setAsking(false)} />
        </Suspense>
      )}
    </div>
  )
}
