import type { Email, EmailBodyPart } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { fileSize } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import { Download, File, FileArchive, FileImage, FileSpreadsheet, FileText, Mail, type LucideIcon } from '~/kit/ui/icons'
import css from './Attachments.module.css'
import { blobUrl } from './blobs'
import { useMail } from './context'

/** The files of a message, each with its kind and size, to be saved. */
export function Attachments({ email }: { email: Email }) {
  const t = useT()
  const { engine, account } = useMail()
  const html = email.htmlBody?.map((p) => (p.partId ? (email.bodyValues?.[p.partId]?.value ?? '') : '')).join('') ?? ''
  const files = (email.attachments ?? []).filter((p) => p.blobId && !shownInText(p, html))
  if (files.length === 0) return null
  const total = files.reduce((n, f) => n + f.size, 0)
  return (
    <section className={css.files} aria-label={t('files.title')}>
      <p className={css.title}>{t('files.count', { count: files.length, size: fileSize(total) })}</p>
      <ul>
        {files.map((f, i) => {
          const name = f.name?.trim() || t('files.unnamed', { n: i + 1 })
          const { icon: Icon, kind } = fileKind(f.type, name)
          return (
            <li key={f.blobId}>
              <a className={css.file} href={blobUrl(engine, account, f.blobId ?? '', name, f.type)} download={name} title={name}>
                <Icon className={css.icon} data-kind={kind} size={22} strokeWidth={1.5} aria-hidden />
                <span className={css.text}>
                  <span className={css.name} lang={guessLanguage(name)}>
                    {name}
                  </span>
                  <span className={css.size}>
                    {kind} · {fileSize(f.size)}
                  </span>
                </span>
                <Download className={css.down} size={16} aria-label={t('act.download')} role="img" />
              </a>
            </li>
          )
        })}
      </ul>
    </section>
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
