import { useMemo, useRef, useState } from 'react'
import type { RoomProps } from '~/app/rooms'
import { useT } from '~/kit/i18n'
import { compareNames } from '~/kit/i18n/dates'
import { Button } from '~/kit/ui/Button'
import { Choice } from '~/kit/ui/controls'
import { FileDown, FileUp } from '~/kit/ui/icons'
import { folderPath, folderTree } from '../account'
import { folderName } from '../names'
import { exportAll, exportBox } from './exporting'
import { importFiles } from './importing'
import Imports from './Imports'
import css from './Imports.module.css'

/** Letters into files and out of them: everything that is somebody's can be taken away and brought back. */
export default function FilesSection({ engine }: RoomProps) {
  const t = useT()
  const input = useRef<HTMLInputElement>(null)
  const [accountId, setAccountId] = useState(engine.accounts[0]?.id ?? '')
  const account = engine.account(accountId) ?? engine.accounts[0]
  const folders = useMemo(() => {
    if (!account) return []
    const flat: [string, string][] = []
    const walk = (nodes: ReturnType<typeof folderTree>): void => nodes.forEach((n) => {
      flat.push([n.mailbox.id, folderPath(account, n.mailbox, folderName)])
      walk(n.children)
    })
    walk(folderTree(account.mailboxes.all(), compareNames))
    return flat
  }, [account])
  const [chosen, setChosen] = useState('')
  if (!account) return null
  const box = folders.some(([id]) => id === chosen) ? chosen : (account.role('inbox')?.id ?? folders[0]?.[0] ?? '')
  const name = folders.find(([id]) => id === box)?.[1] ?? ''
  return (
    <>
      <Imports />
      {engine.accounts.length > 1 && <Choice label={t('files.account')} value={account.id} options={engine.accounts.map((a) => [a.id, a.name] as const)} onChange={setAccountId} />}
      <Choice label={t('files.folder')} value={box} options={folders} onChange={setChosen} />
      <section className={css.part}>
        <h2>{t('export.title')}</h2>
        <p className={css.hint}>{t('export.hint')}</p>
        <div className={css.acts}>
          <Button icon={FileDown} onClick={() => exportBox(account, box)}>{t('export.folder', { folder: name })}</Button>
          <Button icon={FileDown} onClick={() => exportAll(account)}>{t('export.all')}</Button>
        </div>
      </section>
      <section className={css.part}>
        <h2>{t('import.title')}</h2>
        <p className={css.hint}>{t('import.hint')}</p>
        <div className={css.acts}>
          <Button icon={FileUp} disabled={account.isReadOnly} onClick={() => input.current?.click()}>{t('import.choose', { folder: name })}</Button>
          <input ref={input} type="file" multiple hidden accept=".eml,.mbox,.mbx,message/rfc822,application/mbox" onChange={(e) => { importFiles(engine, account, { id: box, name }, [...(e.target.files ?? [])]); e.target.value = '' }} />
        </div>
      </section>
    </>
  )
}
