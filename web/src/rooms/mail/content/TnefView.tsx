import { useMemo } from 'react'
import type { Email } from '~/api/jmap'
import type { AttachmentOpened } from '~/api/types.gen'
import { useT } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { Failure, Skeleton } from '~/kit/ui/states'
import { Attachments } from '../Attachments'
import { MessageBody } from '../MessageBody'
import { Note } from './Note'
import { useAsk } from './use-ask'
import type { Viewed } from './Viewer'
import css from './Viewer.module.css'

/** A winmail.dat opened: the letter that Outlook wrapped, and its files. */
export default function TnefView({ file }: { file: Viewed }) {
  const t = useT()
  const { answer, error, retry } = useAsk<AttachmentOpened>('Attachment/open', file)
  const email = useMemo(() => (answer ? asEmail(answer) : undefined), [answer])
  if (error) return <Failure error={error} retry={retry} />
  if (!answer || !email) return <Skeleton lines={8} />
  if (!answer.isTnef) return <Note file={file} text={t('view.broken')} />
  return (
    <article className={css.sheet}>
      <p className={css.hint}>
        <span>{t('view.tnef')}</span>
        {answer.isTruncated && <span>{t('view.damaged')}</span>}
      </p>
      {answer.subject && (
        <header className={css.head}>
          <h3 lang={guessLanguage(answer.subject)}>{answer.subject}</h3>
        </header>
      )}
      {(answer.text || answer.html) && <MessageBody email={email} quoted={false} />}
      <Attachments email={email} />
    </article>
  )
}

function asEmail(a: AttachmentOpened): Email {
  const html = a.html !== ''
  const part = { partId: '1', blobId: null, size: 0, name: null, type: html ? 'text/html' : 'text/plain', charset: 'utf-8', disposition: null, cid: null }
  return {
    id: a.blobId, threadId: '', mailboxIds: {}, keywords: {}, from: null, to: null, subject: a.subject, receivedAt: '', sentAt: null, preview: a.text.slice(0, 200), hasAttachment: true, size: 0,
    bodyValues: { 1: { value: html ? a.html : a.text, isEncodingProblem: false, isTruncated: false } },
    textBody: [part], htmlBody: [part],
    attachments: a.files.map((f, i) => ({ partId: `f${i}`, blobId: f.blobId, size: f.size, name: f.name, type: f.type, charset: null, disposition: 'attachment', cid: null })),
  } as unknown as Email
}
