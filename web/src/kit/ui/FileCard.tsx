import type { ReactNode } from 'react'
import { useT } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import css from './FileCard.module.css'
import { Download, File, FileArchive, FileImage, FileSpreadsheet, FileText, Mail, type LucideIcon } from './icons'

interface Props {
  icon: LucideIcon
  /** The short name of the kind, which some kinds have a colour for. */
  kind?: string
  name: string
  /** Kind and size, how far it is, or why it failed. */
  note: ReactNode
  failed?: boolean
  /** From 0 to 1 while it is on its way, and what is said of that. */
  progress?: { part: number; label: string } | undefined
  /** What the card itself does: it opens something, or saves it. */
  onOpen?: () => void
  href?: string | undefined
  /** Acts at its end, and what stands under its words: then it takes the whole line. */
  acts?: ReactNode
  children?: ReactNode
}

/** One file wherever there are some: of a letter, of a letter that is written, or sent by link. */
export function FileCard({ icon: Icon, kind, name, note, failed, progress, onOpen, href, acts, children }: Props) {
  const t = useT()
  const what = (
    <>
      <Icon className={css.icon} data-kind={kind} size={22} strokeWidth={1.5} aria-hidden />
      <span className={css.text}>
        <span className={css.name} lang={guessLanguage(name)}>
          {name}
        </span>
        <span className={css.note} role={failed ? 'alert' : undefined}>
          {note}
        </span>
        {progress && <progress max={1} value={progress.part} aria-label={progress.label} />}
        {children}
      </span>
      {href !== undefined && <Download className={css.down} size={16} aria-label={t('act.download')} role="img" />}
    </>
  )
  return (
    <li className={css.card} data-failed={failed || undefined} data-wide={children ? true : undefined}>
      {href !== undefined ? (
        <a className={css.main} href={href} download={name} title={name}>
          {what}
        </a>
      ) : onOpen ? (
        <button type="button" className={css.main} title={name} onClick={onOpen}>
          {what}
        </button>
      ) : (
        <span className={css.main} title={name}>
          {what}
        </span>
      )}
      {acts}
    </li>
  )
}

/** Files side by side as far as there is room. */
export function FileCards({ label, children }: { label?: string; children: ReactNode }) {
  return (
    <ul className={css.cards} aria-label={label}>
      {children}
    </ul>
  )
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
