import { Suspense, lazy, useState } from 'react'
import type { Email } from '~/api/jmap'
import { useT, withTexts } from '~/kit/i18n'
import { fullDate } from '~/kit/i18n/dates'
import { Button } from '~/kit/ui/Button'
import { FileText, List, Reply } from '~/kit/ui/icons'
import { useMail } from '../context'
import { asks, everyKeys, kindKeys } from './kinds'
import { answered, useRequests } from './requests'
import css from './Requests.module.css'

const RequestsDialog = lazy(() => withTexts('templates', () => import('./RequestsDialog')))

/** What kind of document an open letter is: to the asker how the answers stand, to others until when. */
export default function KindNote({ email }: { email: Email }) {
  const t = useT()
  const { engine, account, compose } = useMail()
  const [table, setTable] = useState(false)
  const requests = useRequests(engine, account)
  const kind = email['header:X-Chancery-Kind:asText']?.trim() ?? ''
  const label = kindKeys[kind]
  if (!label) return null
  const mine = requests?.find((r) => email.messageId?.includes(r.messageId))
  const due = mine?.dueAt ?? email['header:X-Chancery-Due:asText']?.trim()
  const late = due !== undefined && due !== null && Date.parse(due) < Date.now()
  const every = everyKeys[email['header:X-Chancery-Every:asText']?.trim() ?? '']
  const sum = mine && answered(mine)
  return (
    <div className={css.note} data-late={(late && !mine) || undefined}>
      <FileText size={16} aria-hidden />
      <span className={css.words}>
        <b>{t(label)}</b>
        {due && Number.isFinite(Date.parse(due)) && <span>{t(late ? 'request.wasDue' : 'request.due', { date: fullDate(due) })}</span>}
        {every && <span>{t(every)}</span>}
        {sum && <span>{t('request.sum', { done: sum.done, of: sum.of })}</span>}
      </span>
      {mine ? (
        <Button look="plain" icon={List} onClick={() => setTable(true)}>
          {t('request.table')}
        </Button>
      ) : (
        asks(kind) && !email.keywords['$draft'] && (
          <Button look="primary" icon={Reply} onClick={() => compose({ how: 'reply', email })}>
            {t('request.answer')}
          </Button>
        )
      )}
      {table && mine && (
        <Suspense>
          <RequestsDialog engine={engine} account={account} first={mine.id} onClose={() => setTable(false)} />
        </Suspense>
      )}
    </div>
  )
}
