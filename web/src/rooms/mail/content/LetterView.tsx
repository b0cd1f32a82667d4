import { useEffect, useState } from 'react'
import type { Email } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { asSyncError, type SyncError } from '~/kit/sync/errors'
import { Failure, Skeleton } from '~/kit/ui/states'
import { Attachments } from '../Attachments'
import { useMail } from '../context'
import { MessageBody } from '../MessageBody'
import { LetterHead } from './LetterHead'
import { Note } from './Note'
import type { Viewed } from './Viewer'
import css from './Viewer.module.css'

const PROPERTIES = ['messageId', 'from', 'to', 'cc', 'bcc', 'replyTo', 'subject', 'sentAt', 'preview', 'hasAttachment', 'bodyValues', 'textBody', 'htmlBody', 'attachments']

/** A letter that a letter carries, read like any other (RFC 8621 section 4.9). */
export default function LetterView({ file }: { file: Viewed }) {
  const t = useT()
  const { engine, account } = useMail()
  const [email, setEmail] = useState<Email | null | undefined>()
  const [error, setError] = useState<SyncError | null>(null)
  useEffect(() => {
    let gone = false
    engine.transport
      .call<{ parsed: Record<string, Partial<Email>> | null }>('Email/parse', {
        accountId: account.id, blobIds: [file.blobId], properties: PROPERTIES, fetchTextBodyValues: true, fetchHTMLBodyValues: true, maxBodyValueBytes: 1_000_000,
        bodyProperties: ['partId', 'blobId', 'size', 'name', 'type', 'charset', 'disposition', 'cid'],
      })
      .then((r) => {
        const e = r.parsed?.[file.blobId]
        if (!gone) setEmail(e ? ({ ...e, id: file.blobId, threadId: '', mailboxIds: {}, keywords: {}, receivedAt: e.sentAt ?? '', size: file.size } as Email) : null)
      }, (e: unknown) => !gone && setError(asSyncError(e)))
    return () => {
      gone = true
    }
  }, [engine, account, file])
  if (error) return <Failure error={error} />
  if (email === null) return <Note file={file} text={t('view.broken')} />
  if (!email) return <Skeleton lines={8} />
  return (
    <article className={css.sheet}>
      <LetterHead email={email} />
      <MessageBody email={email} quoted={false} />
      <Attachments email={email} />
    </article>
  )
}
