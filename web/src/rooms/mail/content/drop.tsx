import { Suspense, lazy, useState, type DragEvent } from 'react'
import { useT, withTexts } from '~/kit/i18n'
import { folderName } from '../names'
import { useMail } from '../context'
import css from './drop.module.css'
import { importFiles, isLetters, useImports } from './importing'

const Imports = lazy(() => withTexts('content', () => import('./Imports')))

/** Letters that are dropped onto the list go into its folder. */
export function useLetterDrop() {
  const t = useT()
  const { engine, account, mailbox } = useMail()
  const [over, setOver] = useState(false)
  const imports = useImports()
  const mine = mailbox?.myRights.mayAddItems ? mailbox : undefined
  return {
    bind: {
      onDragOver: (e: DragEvent) => {
        if (!mine || !e.dataTransfer.types.includes('Files')) return
        e.preventDefault()
        setOver(true)
      },
      onDragLeave: (e: DragEvent) => !e.currentTarget.contains(e.relatedTarget as Node | null) && setOver(false),
      onDrop: (e: DragEvent) => {
        setOver(false)
        const files = [...e.dataTransfer.files].filter(isLetters)
        if (!mine || files.length === 0) return
        e.preventDefault()
        importFiles(engine, account, { id: mine.id, name: folderName(mine) }, files)
      },
    },
    shown: (
      <>
        {over && mine && <div className={css.over}>{t('list.drop', { folder: folderName(mine) })}</div>}
        {imports.length > 0 && (
          <Suspense>
            <Imports />
          </Suspense>
        )}
      </>
    ),
  }
}
