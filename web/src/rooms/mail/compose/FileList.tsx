import { useT } from '~/kit/i18n'
import { fileSize } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import { IconButton } from '~/kit/ui/Button'
import { X } from '~/kit/ui/icons'
import { fileKind } from '../Attachments'
import type { DraftFile } from './draft'
import css from './FileList.module.css'

/** The files that go along, with how far each upload is. */
export function FileList({ files, onRemove }: { files: DraftFile[]; onRemove: (key: string) => void }) {
  const t = useT()
  const shown = files.filter((f) => !f.cid)
  if (shown.length === 0) return null
  return (
    <ul className={css.list} aria-label={t('files.title')}>
      {shown.map((f) => {
        const { icon: Icon, kind } = fileKind(f.type, f.name)
        const running = f.progress !== undefined
        return (
          <li key={f.key} className={css.file} data-failed={f.error ? true : undefined}>
            <Icon size={20} strokeWidth={1.5} aria-hidden />
            <span className={css.text}>
              <span className={css.name} lang={guessLanguage(f.name)} title={f.name}>
                {f.name}
              </span>
              <span className={css.note}>{f.error ?? `${kind} · ${running ? t('files.progress', { done: fileSize(f.size * (f.progress ?? 0)), all: fileSize(f.size) }) : fileSize(f.size)}`}</span>
              {running && <progress max={1} value={f.progress} aria-label={t('files.uploading', { name: f.name })} />}
            </span>
            <IconButton icon={X} size={16} label={t(running ? 'files.cancel' : 'files.remove', { name: f.name })} onClick={() => onRemove(f.key)} />
          </li>
        )
      })}
    </ul>
  )
}
