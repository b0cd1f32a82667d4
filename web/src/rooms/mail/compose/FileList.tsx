import { useT } from '~/kit/i18n'
import { fileSize } from '~/kit/i18n/dates'
import { IconButton } from '~/kit/ui/Button'
import { FileCard, FileCards, fileKind } from '~/kit/ui/FileCard'
import { X } from '~/kit/ui/icons'
import type { DraftFile } from './draft'
import css from './FileList.module.css'

/** The files that go along, with how far each upload is. */
export function FileList({ files, onRemove }: { files: DraftFile[]; onRemove: (key: string) => void }) {
  const t = useT()
  const shown = files.filter((f) => !f.cid)
  if (shown.length === 0) return null
  return (
    <div className={css.files}>
      <FileCards label={t('files.title')}>
        {shown.map((f) => {
          const { icon, kind } = fileKind(f.type, f.name)
          const running = f.progress !== undefined
          return (
            <FileCard
              key={f.key}
              icon={icon}
              kind={kind}
              name={f.name}
              note={f.error ?? `${kind} · ${running ? t('files.progress', { done: fileSize(f.size * (f.progress ?? 0)), all: fileSize(f.size) }) : fileSize(f.size)}`}
              failed={f.error !== undefined}
              progress={f.progress === undefined ? undefined : { part: f.progress, label: t('files.uploading', { name: f.name }) }}
              acts={<IconButton icon={X} size={16} label={t(running ? 'files.cancel' : 'files.remove', { name: f.name })} onClick={() => onRemove(f.key)} />}
            />
          )
        })}
      </FileCards>
    </div>
  )
}
