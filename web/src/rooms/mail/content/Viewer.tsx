import { Suspense, lazy, useEffect, useRef, useState, type KeyboardEvent, type ReactNode, type TouchEvent } from 'react'
import { withTexts, useT } from '~/kit/i18n'
import { fileSize } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import { useKeys } from '~/kit/keys'
import { composing } from '~/kit/keys/ime'
import { IconButton } from '~/kit/ui/Button'
import { ChevronLeft, ChevronRight, Download, X } from '~/kit/ui/icons'
import { Skeleton } from '~/kit/ui/states'
import { blobUrl } from '../blobs'
import { useReading } from '../context'
import { viewKind, type ViewKind } from './kinds'
import { SimpleView } from './SimpleView'
import css from './Viewer.module.css'

/** A file of a letter, wherever it lies. */
export interface Viewed {
  blobId: string
  name: string
  type: string
  size: number
  charset?: string | null
}

type Part = (props: { file: Viewed }) => ReactNode

const parts: Partial<Record<ViewKind, Part>> = {
  pdf: lazy(() => withTexts('content', () => import('./PdfView'))) as unknown as Part,
  text: lazy(() => import('./TextView')) as unknown as Part,
  table: lazy(() => import('./TextView')) as unknown as Part,
  letter: lazy(() => import('./LetterView')) as unknown as Part,
  archive: lazy(() => import('./ArchiveView')) as unknown as Part,
  tnef: lazy(() => import('./TnefView')) as unknown as Part,
  office: lazy(() => import('./OfficeView')) as unknown as Part,
}

interface Props {
  files: readonly Viewed[]
  at: number
  onClose: () => void
}

/**
 * The files of a letter over the whole page, one after the other. A native
 * modal dialog: the browser keeps the focus inside, closes on Escape and gives
 * the focus back; a letter in a letter opens one more on top.
 */
export default function Viewer({ files, at, onClose }: Props) {
  const t = useT()
  const { engine, account } = useReading()
  const dialog = useRef<HTMLDialogElement>(null)
  const [now, setNow] = useState(at)
  const file = files[now] as Viewed
  const View = parts[viewKind(file.type, file.name)] ?? SimpleView
  const go = (by: number): void => setNow((n) => Math.min(Math.max(n + by, 0), files.length - 1))

  useEffect(() => {
    const el = dialog.current
    const came = document.activeElement as HTMLElement | null
    if (el && !el.open) el.showModal()
    return () => {
      // React may end an effect and begin it anew: a dialog that is still there stays open.
      if (!el?.isConnected && came?.isConnected) came.focus()
    }
  }, [])

  // A focus that was lost with what it was on still leaves by Escape, and by it alone.
  useKeys({ Escape: () => dialog.current?.close() })
  const keys = (e: KeyboardEvent): void => {
    if (composing(e) || e.ctrlKey || e.metaKey || e.altKey || (e.target as Element).matches('input, select, textarea')) return
    if (e.key === 'ArrowRight' || e.key === 'ArrowLeft') {
      // What can be scrolled sideways keeps its arrows.
      if ((e.target as Element).closest('[data-sideways]')) return
      go(e.key === 'ArrowRight' ? 1 : -1)
      e.preventDefault()
    }
    e.stopPropagation()
  }
  return (
    <dialog ref={dialog} className={css.viewer} aria-label={file.name} onKeyDown={keys} onClose={(e) => e.target === e.currentTarget && onClose()} {...useSwipe(go)}>
      <header className={css.bar}>
        <div className={css.what}>
          <h2 lang={guessLanguage(file.name)}>{file.name}</h2>
          <p>
            {fileSize(file.size)}
            {files.length > 1 && <span> · {t('view.position', { at: now + 1, all: files.length })}</span>}
          </p>
        </div>
        {files.length > 1 && (
          <>
            <IconButton icon={ChevronLeft} label={t('view.previous')} shortcut="←" aria-disabled={now === 0} onClick={() => go(-1)} />
            <IconButton icon={ChevronRight} label={t('view.next')} shortcut="→" aria-disabled={now === files.length - 1} onClick={() => go(1)} />
          </>
        )}
        <a className={css.down} href={blobUrl(engine, account, file.blobId, file.name, file.type)} download={file.name} aria-label={t('view.download', { name: file.name })} data-tip={t('act.download')}>
          <Download size={18} strokeWidth={1.75} aria-hidden />
        </a>
        <IconButton icon={X} label={t('act.close')} shortcut="Esc" onClick={() => dialog.current?.close()} />
      </header>
      <div className={css.body} key={file.blobId}>
        <Suspense fallback={<Skeleton lines={6} />}>
          <View file={file} />
        </Suspense>
      </div>
    </dialog>
  )
}

/** A quick stroke of one finger to the side turns to the next file. */
function useSwipe(go: (by: number) => void): { onTouchStart: (e: TouchEvent) => void; onTouchEnd: (e: TouchEvent) => void } {
  const from = useRef<{ x: number; y: number; at: number } | null>(null)
  return {
    onTouchStart: (e) => {
      const p = e.touches[0]
      const still = e.touches.length === 1 && !(e.target as Element).closest('[data-sideways], input, video, audio')
      from.current = still && p ? { x: p.clientX, y: p.clientY, at: e.timeStamp } : null
    },
    onTouchEnd: (e) => {
      const p = e.changedTouches[0]
      const f = from.current
      from.current = null
      if (!f || !p || e.timeStamp - f.at > 600) return
      const dx = p.clientX - f.x
      if (Math.abs(dx) > 60 && Math.abs(dx) > 2 * Math.abs(p.clientY - f.y)) go(dx < 0 ? 1 : -1)
    },
  }
}
