import { Suspense, lazy, useState } from 'react'
import type { Email, EmailBodyPart } from '~/api/jmap'
import { useT, withTexts } from '~/kit/i18n'
import { fileSize } from '~/kit/i18n/dates'
import { FileCard, FileCards, fileKind } from '~/kit/ui/FileCard'
import { Download } from '~/kit/ui/icons'
import css from './Attachments.module.css'
import { blobUrl } from './blobs'
import { viewKind } from './content/kinds'
import type { Viewed } from './content/Viewer'
import { useReading } from './context'
import { Absent } from './offline/Absent'

// The viewer is fetched with the first file that is opened.
const Viewer = lazy(() => withTexts('content', () => import('./content/Viewer')))

/** The files of a message, each with its kind and size, to be saved. */
export function Attachments({ email }: { email: Email }) {
  const t = useT()
  const { engine, account } = useReading()
  const [shown, setShown] = useState<number | null>(null)
  const html = email.htmlBody?.map((p) => (p.partId ? (email.bodyValues?.[p.partId]?.value ?? '') : '')).join('') ?? ''
  const files = (email.attachments ?? []).filter((p) => p.blobId && !shownInText(p, html))
  if (files.length === 0) return null
  const total = files.reduce((n, f) => n + f.size, 0)
  const list = files.map((f, i): Viewed => ({ blobId: f.blobId ?? '', name: f.name?.trim() || t('files.unnamed', { n: i + 1 }), type: f.type, size: f.size }))
  return (
    <section className={css.files} aria-label={t('files.title')}>
      <p className={css.title}>{t('files.count', { count: files.length, size: fileSize(total) })}</p>
      <FileCards>
        {list.map((f, i) => (
          <FileEntry key={f.blobId} file={f} href={blobUrl(engine, account, f.blobId, f.name, f.type)} onOpen={() => setShown(i)} />
        ))}
      </FileCards>
      {shown !== null && (
        <Suspense>
          <Viewer files={list} at={shown} onClose={() => setShown(null)} />
        </Suspense>
      )}
    </section>
  )
}

/** One file: looked at here where that can be, and saved. */
function FileEntry({ file, href, onOpen }: { file: Viewed; href: string; onOpen: () => void }) {
  const t = useT()
  const { icon, kind } = fileKind(file.type, file.name)
  const seen = viewKind(file.type, file.name) !== 'none'
  return (
    <FileCard
      icon={icon}
      kind={kind}
      name={file.name}
      note={
        <>
          {kind} · {fileSize(file.size)}
          <Absent blobId={file.blobId} />
        </>
      }
      onOpen={onOpen}
      href={seen ? undefined : href}
      acts={
        seen && (
          <a className={css.save} href={href} download={file.name} aria-label={`${t('act.download')}: ${file.name}`} data-tip={t('act.download')}>
            <Download size={16} aria-hidden />
          </a>
        )
      }
    />
  )
}

/** A picture that stands in the text is not listed a second time. */
function shownInText(p: EmailBodyPart, html: string): boolean {
  return p.cid !== null && p.type.startsWith('image/') && p.disposition !== 'attachment' && html.toLowerCase().includes(`cid:${p.cid.replace(/^<|>$/g, '').toLowerCase()}`)
}
