import { Suspense, lazy } from 'react'
import type { AttachmentConverted } from '~/api/types.gen'
import { useT, type Key } from '~/kit/i18n'
import { Failure, Skeleton } from '~/kit/ui/states'
import { Note } from './Note'
import { useAsk } from './use-ask'
import type { Viewed } from './Viewer'
import css from './Viewer.module.css'

const PdfView = lazy(() => import('./PdfView'))

const reasons: Record<string, Key> = { notInstalled: 'view.office.notInstalled', tooLarge: 'view.office.tooLarge', busy: 'view.office.busy', failed: 'view.office.failed', notDocument: 'view.none' }

/** A document of an office program, which the server turns into PDF where it can. */
export default function OfficeView({ file }: { file: Viewed }) {
  const t = useT()
  const { answer, error, retry } = useAsk<AttachmentConverted>('Attachment/convert', file)
  if (error) return <Failure error={error} retry={retry} />
  if (!answer) {
    return (
      <div className={css.note}>
        <p role="status">{t('view.office.running')}</p>
        <Skeleton lines={3} />
      </div>
    )
  }
  if (!answer.pdf) return <Note file={file} text={t(reasons[answer.reason ?? ''] ?? 'view.office.failed')} retry={answer.reason === 'busy' ? retry : undefined} />
  return (
    <Suspense fallback={<Skeleton lines={8} />}>
      <PdfView file={{ ...file, blobId: answer.pdf, name: `${file.name}.pdf`, type: 'application/pdf' }} />
    </Suspense>
  )
}
