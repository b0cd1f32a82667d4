import { useT } from '~/kit/i18n'
import { fileSize, readingDate } from '~/kit/i18n/dates'
import { Button, IconButton } from '~/kit/ui/Button'
import { FileCard, FileCards } from '~/kit/ui/FileCard'
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
    <div className={css.cards}>
      <FileCards label={t('parcel.title')}>
        {links.map((l) => (
          <FileCard
            key={l.key}
            icon={Link}
            name={l.name}
            note={note(l)}
            failed={l.error !== undefined}
            progress={l.progress === undefined ? undefined : { part: l.progress, label: t('files.uploading', { name: l.name }) }}
            acts={<IconButton icon={X} size={16} label={t(l.progress !== undefined ? 'files.cancel' : 'files.remove', { name: l.name })} onClick={() => onRemove(l.key)} />}
          >
            {l.password && (
              <span className={css.secret}>
                {t('parcel.tell')} <code>{l.password}</code>
                <Button look="quiet" onClick={() => copy(t, l.password ?? '')}>{t('parcel.copyPassword')}</Button>
              </span>
            )}
          </FileCard>
        ))}
      </FileCards>
    </div>
  )
}
