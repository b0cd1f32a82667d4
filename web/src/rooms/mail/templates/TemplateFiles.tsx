import { useRef, useState } from 'react'
import type { TemplateFile } from '~/api/types.gen'
import { TEMPLATES } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { fileSize } from '~/kit/i18n/dates'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Paperclip } from '~/kit/ui/icons'
import { errorText } from '~/kit/ui/states'
import type { MailAccount } from '../account'
import { FileList } from '../compose/FileList'
import type { DraftFile } from '../compose/draft'
import { upload, type Upload } from '../compose/upload'
import type { MailEngine } from '../engine'
import { sheetFiles, templateFiles } from './files'
import css from './Sections.module.css'

interface Props {
  engine: MailEngine
  account: MailAccount
  files: TemplateFile[]
  onChange: (files: TemplateFile[]) => void
  onBusy: (busy: boolean) => void
}

/** The files that go along with every letter of a template. */
export default function TemplateFiles({ engine, account, files, onChange, onBusy }: Props) {
  const t = useT()
  const [list, setList] = useState<DraftFile[]>(() => sheetFiles([], files))
  const latest = useRef(list)
  const uploads = useRef(new Map<string, Upload>())
  const input = useRef<HTMLInputElement>(null)
  const limit = Number(engine.session.accounts[account.id]?.accountCapabilities[TEMPLATES]?.['maxSizeFiles'] ?? Number.POSITIVE_INFINITY)

  const put = (next: DraftFile[]): void => {
    latest.current = next
    setList(next)
    onChange(templateFiles(next))
    onBusy(uploads.current.size > 0)
  }
  const change = (key: string, part: Partial<DraftFile>): void => put(latest.current.map((f) => (f.key === key ? { ...f, ...part } : f)))
  const attach = (chosen: File[]): void => {
    for (const file of chosen) {
      const entry: DraftFile = { key: crypto.randomUUID(), name: file.name, type: file.type, size: file.size, progress: 0 }
      const all = latest.current.reduce((n, f) => n + (f.error ? 0 : f.size), 0) + file.size
      if (all > limit) {
        put([...latest.current, { ...entry, progress: undefined, error: t('files.tooLarge', { limit: fileSize(limit) }) }])
        continue
      }
      const u = upload(engine, account, file, (progress) => change(entry.key, { progress }))
      uploads.current.set(entry.key, u)
      put([...latest.current, entry])
      u.done.then(
        (r) => {
          uploads.current.delete(entry.key)
          change(entry.key, { blobId: r.blobId, progress: undefined })
        },
        (e: unknown) => {
          uploads.current.delete(entry.key)
          const err = asSyncError(e)
          if (err.type !== 'cancelled') change(entry.key, { progress: undefined, error: errorText(t, err) })
        },
      )
    }
  }
  const remove = (key: string): void => {
    uploads.current.get(key)?.cancel()
    uploads.current.delete(key)
    put(latest.current.filter((f) => f.key !== key))
  }
  return (
    <div className={css.files}>
      <Button look="quiet" icon={Paperclip} onClick={() => input.current?.click()}>
        {t('compose.attach')}
      </Button>
      <input ref={input} type="file" multiple hidden aria-label={t('compose.attach')} onChange={(e) => { attach([...(e.target.files ?? [])]); e.target.value = '' }} />
      <FileList files={list} onRemove={remove} />
    </div>
  )
}
