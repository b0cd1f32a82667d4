import { useEffect, useState } from 'react'
import type { Email } from '~/api/jmap'
import { asSyncError, type SyncError } from '~/kit/sync/errors'
import { useReading } from '../context'

const PROPERTIES = ['messageId', 'from', 'to', 'cc', 'bcc', 'replyTo', 'subject', 'sentAt', 'preview', 'hasAttachment', 'bodyValues', 'textBody', 'htmlBody', 'attachments']

/** A letter that lies in no folder, by its blob (RFC 8621 section 4.9); null where it is none, undefined until it is known. */
export function useParsed(blobId: string, size: number): { email: Email | null | undefined; error: SyncError | null } {
  const { engine, account } = useReading()
  const [email, setEmail] = useState<Email | null | undefined>()
  const [error, setError] = useState<SyncError | null>(null)
  useEffect(() => {
    let gone = false
    engine.transport
      .call<{ parsed: Record<string, Partial<Email>> | null }>('Email/parse', {
        accountId: account.id, blobIds: [blobId], properties: PROPERTIES, fetchTextBodyValues: true, fetchHTMLBodyValues: true, maxBodyValueBytes: 1_000_000,
        bodyProperties: ['partId', 'blobId', 'size', 'name', 'type', 'charset', 'disposition', 'cid'],
      })
      .then((r) => {
        const e = r.parsed?.[blobId]
        if (!gone) setEmail(e ? ({ ...e, id: blobId, threadId: '', mailboxIds: {}, keywords: {}, receivedAt: e.sentAt ?? '', size } as Email) : null)
      }, (e: unknown) => !gone && setError(asSyncError(e)))
    return () => {
      gone = true
    }
  }, [engine, account, blobId, size])
  return { email, error }
}
