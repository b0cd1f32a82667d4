import { useState, type FormEvent } from 'react'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { Dialog } from '~/kit/ui/Dialog'
import { errorText } from '~/kit/ui/states'
import { say } from '~/kit/undo'
import type { Ask } from '../ask'
import { useMail } from '../context'
import { folderName } from '../names'
import { createFolder, renameFolder } from './acts'
import css from './Pick.module.css'

/** The name of a new folder, or a new name for one. */
export function FolderDialog({ ask, onClose }: { ask: Ask & { what: 'folder' }; onClose: () => void }) {
  const t = useT()
  const { engine } = useMail()
  const [name, setName] = useState(ask.rename?.name ?? '')
  const [error, setError] = useState<string>()
  const [busy, setBusy] = useState(false)
  const title = ask.rename ? t('folders.renameTitle', { name: folderName(ask.rename) }) : ask.parent ? t('folders.newIn', { folder: folderName(ask.parent) }) : t('folders.new')
  const submit = async (e: FormEvent): Promise<void> => {
    e.preventDefault()
    const clean = name.trim()
    if (!clean) return setError(t('folders.nameMissing'))
    setBusy(true)
    try {
      if (ask.rename) {
        if (clean !== ask.rename.name) await renameFolder(engine, ask.account, ask.rename, clean)
      } else {
        const id = await createFolder(engine, ask.account, clean, ask.parent?.id ?? null)
        say(t('folders.done.made', { name: clean }))
        ask.then?.(id)
      }
      onClose()
    } catch (x) {
      const err = asSyncError(x)
      setBusy(false)
      setError(err.type === 'alreadyExists' ? t('folders.nameTaken') : err.type === 'invalidProperties' ? t('folders.nameBad') : errorText(t, err))
    }
  }
  return (
    <Dialog title={title} onClose={onClose} footer={<><Button onClick={onClose}>{t('act.cancel')}</Button><Button look="primary" type="submit" form="folder-form" busy={busy}>{t('folders.save')}</Button></>}>
      <form id="folder-form" className={css.form} onSubmit={(e) => void submit(e)}>
        <Field label={t('folders.name')} value={name} error={error} autoFocus maxLength={255} onChange={(e) => { setName(e.target.value); setError(undefined) }} />
      </form>
    </Dialog>
  )
}
