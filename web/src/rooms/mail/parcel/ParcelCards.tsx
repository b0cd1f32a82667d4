import { useT } from '~/kit/i18n'
import { fileSize, readingDate } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import { Button, IconButton } from '~/kit/ui/Button'
import { Link, X } from '~/kit/ui/icons'
import { copy } from './copy'
import type { DraftLink } from './links'
import css from './Parcel.module.css'

/** The files of a letter that go by link: how far they are, until when, and the password to be told. */
export default function ParcelCards({ links, onRemove }: { links: DraftLink[]; onRemove: (key: string) => void }) {
  const t = useT()
  const note = (l: DraftLink): string => {
    if (l.error) return l.error
    if (l.progress !== undefined) return t('files.progress', { done: fileSize(l.size * l.progress), all: fileSize(l.size) })
    return `${fileSize(l.size)} · ${t('parcel.until', { when: readingDate(l.expiresAt ?? '') })}`
  }
  return (
    <ul className={css.cards} aria-label={t('parcel.title')}>
      {links.map((l) => (
        <li key={l.key} className={css.card} data-failed={l.error ? true : undefined}>
          <Link size={20} strokeWidth={1.5} aria-hidden />
          <span className={css.text}>
            <span className={css.name} lang={guessLanguage(l.name)} title={l.name}>
              {l.name}
            </span>
            <span className={css.note} role={l.error ? 'alert' : undefined}>{note(l)}</span>
            {l.progress !== undefined && <progress max={1} value={l.progress} aria-label={t('files.uploading', { name: l.name })} />}
            {l.password && (
              <span className={css.secret}>
                {t('parcel.tell')} <code>{l.password}</code>
                <Button look="quiet" onClick={() => copy(t, l.password ?? '')}>{t('parcel.copyPassword')}</Button>
              </span>
            )}
          </span>
          <IconButton icon={X} size={16} label={t(l.progress !== undefined ? 'files.cancel' : 'files.remove', { name: l.name })} onClick={() => onRemove(l.key)} />
        </li>
      ))}
    </ul>
  )
}
