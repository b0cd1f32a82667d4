import type { AttachmentList } from '~/api/types.gen'
import { useT } from '~/kit/i18n'
import { fileSize } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import { Failure, Skeleton } from '~/kit/ui/states'
import { Note } from './Note'
import { useAsk } from './use-ask'
import type { Viewed } from './Viewer'
import css from './Viewer.module.css'

/** What is in an archive, without taking anything out of it. */
export default function ArchiveView({ file }: { file: Viewed }) {
  const t = useT()
  const { answer, error, retry } = useAsk<AttachmentList>('Attachment/list', file)
  if (error) return <Failure error={error} retry={retry} />
  if (!answer) return <Skeleton lines={8} />
  if (!answer.isArchive) return <Note file={file} text={t('view.notArchive')} />
  const locked = answer.entries.some((e) => e.isEncrypted)
  return (
    <div className={css.sheet}>
      <p className={css.hint}>
        <span>{t('view.archive', { count: answer.total })}</span>
        {locked && <span>{t('view.encrypted')}</span>}
        {answer.isTruncated && <span>{t('view.archive.cut')}</span>}
      </p>
      <div className={css.wide} data-sideways tabIndex={0} role="region" aria-label={file.name}>
        <table className={css.table}>
          <thead>
            <tr>
              <th scope="col">{t('view.name')}</th>
              <th scope="col">{t('view.size')}</th>
              <th scope="col">{t('view.modified')}</th>
            </tr>
          </thead>
          <tbody>
            {answer.entries.map((e, i) => (
              <tr key={i}>
                <td lang={guessLanguage(e.name)}>
                  {e.name}
                  {e.isEncrypted && ` (${t('view.encrypted.short')})`}
                </td>
                <td className={css.number}>{e.isFolder ? '' : fileSize(e.size)}</td>
                <td className={css.number}>{e.modified?.replace('T', ' ').slice(0, 16) ?? ''}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </div>
  )
}
