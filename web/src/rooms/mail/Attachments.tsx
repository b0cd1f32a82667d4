import { Suspense, lazy, useState } from 'react'
import type { Email, EmailBodyPart } from '~/api/jmap'
import { useT, withTexts } from '~/kit/i18n'
import { fileSize } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import { Download, File, FileArchive, FileImage, FileSpreadsheet, FileText, Mail, type LucideIcon } from '~/kit/ui/icons'
import css from './Attachments.module.css'
import { blobUrl } from './blobs'
import { viewKind } from './content/kinds'
import type { Viewed } from './content/Viewer'
import { useMail } from './context'
import { Absent } from './offline/Absent'

// The viewer is fetched with the first file that is opened.
const Viewer = lazy(() => withTexts('content', () => import('./content/Viewer')))

/** The files of a message, each with its kind and size, to be saved. */
export function Attachments({ email }: { email: Email }) {
  const t = useT()
  const { engine, account } = useMail()
  const [shown, setShown] = useState<number | null>(null)
  const html = email.htmlBody?.map((p) => (p.partId ? (email.bodyValues?.[p.partId]?.value ?? '') : '')).join('') ?? ''
  const files = (email.attachments ?? []).filter((p) => p.blobId && !shownInText(p, html))
  if (files.length === 0) return null
  const total = files.reduce((n, f) => n + f.size, 0)
  const list = files.map((f, i): Viewed => ({ blobId: f.blobId ?? '', name: f.name?.trim() || t('files.unnamed', { n: i + 1 }), type: f.type, size: f.size }))
  return (
    <section className={css.files} aria-label={t('files.title')}>
      <p className={css.title}>{t('files.count', { count: files.length, size: fileSize(total) })}</p>
      <ul>
        {list.map((f, i) => (
          <li key={f.blobId} className={css.item}>
            <FileEntry file={f} href={blobUrl(engine, account, f.blobId, f.name, f.type)} onOpen={() => setShown(i)} />
          </li>
        ))}
      </ul>
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
  const { icon: Icon, kind } = fileKind(file.type, file.name)
  const what = (
    <>
      <Icon className={css.icon} data-kind={kind} size={22} strokeWidth={1.5} aria-hidden />
      <span className={css.text}>
        <span className={css.name} lang={guessLanguage(file.name)}>
          {file.name}
        </span>
        <span className={css.size}>
          {kind} · {fileSize(file.size)}
          <Absent blobId={file.blobId} />
        </span>
      </span>
    </>
  )
  if (viewKind(file.type, file.name) === 'none') {
    return (
      <a className={css.file} href={href} download={file.name} title={file.name}>
        {what}
        <Download className={css.down} size={16} aria-label={t('act.download')} role="img" />
      </a>
    )
  }
  return (
    <>
      <button type="button" className={css.file} title={file.name} onClick={onOpen}>
        {what}
      </button>
      <a className={css.save} href={href} download={file.name} aria-label={`${t('act.download')}: ${file.name}`} data-tip={t('act.download')}>
        <Download size={16} aria-hidden />
      </a>
    </>
  )
}

/** A picture that stands in the text is not listed a second time. */
function shownInText(p: EmailBodyPart, html: string): boolean {
  return p.cid !== null && p.type.startsWith('image/') && p.disposition !== 'attachment' && html.toLowerCase().includes(`cid:${p.cid.replace(/^<|>$/g, '').toLowerCase()}`)
}

const kinds: [RegExp, LucideIcon, string?][] = [
  [/^image\//, FileImage],
  [/pdf/, FileText, 'PDF'],
  [/spreadsheet|excel|csv/, FileSpreadsheet],
  [/zip|compressed|tar|gzip|7z/, FileArchive],
  [/^message\//, Mail],
  [/word|text|opendocument/, FileText],
]

/** The icon and the short name of a kind of file: its ending, as people know it. */
export function fileKind(type: string, name: string): { icon: LucideIcon; kind: string } {
  const ending = /\.([\p{L}\p{N}]{1,8})$/u.exec(name)?.[1]?.toUpperCase()
  const found = kinds.find(([re]) => re.test(type))
  return { icon: found?.[1] ?? File, kind: found?.[2] ?? ending ?? type.split('/')[1]?.split(/[.+-]/).at(-1)?.toUpperCase() ?? 'FILE' }
}
