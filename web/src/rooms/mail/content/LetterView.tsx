import { useT } from '~/kit/i18n'
import { Failure, Skeleton } from '~/kit/ui/states'
import { Attachments } from '../Attachments'
import { MessageBody } from '../MessageBody'
import { LetterHead } from './LetterHead'
import { Note } from './Note'
import { useParsed } from './use-parsed'
import type { Viewed } from './Viewer'
import css from './Viewer.module.css'

/** A letter that a letter carries, read like any other (RFC 8621 section 4.9). */
export default function LetterView({ file }: { file: Viewed }) {
  const t = useT()
  const { email, error } = useParsed(file.blobId, file.size)
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
