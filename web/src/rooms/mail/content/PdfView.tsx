import { useCallback, useEffect, useRef, useState, type KeyboardEvent } from 'react'
import { useLayout } from '~/app/layout'
import { useT } from '~/kit/i18n'
import { composing } from '~/kit/keys/ime'
import { Button, IconButton } from '~/kit/ui/Button'
import { ChevronDown, ChevronUp, Minus, PanelLeft, Plus, Search } from '~/kit/ui/icons'
import { Skeleton } from '~/kit/ui/states'
import { blobUrl } from '../blobs'
import { useReading } from '../context'
import { Note } from './Note'
import { PasswordResponses, openPdf, type PDFDocumentProxy } from './pdf/engine'
import { Page } from './pdf/Page'
import { PageList } from './pdf/PageList'
import css from './pdf/Pdf.module.css'
import { findIn, type Hit } from './pdf/search'
import type { Viewed } from './Viewer'

const steps = [0.5, 0.67, 0.8, 1, 1.25, 1.5, 2, 3, 4]

/** A PDF: pages, text to choose and search, zoom. */
export default function PdfView({ file }: { file: Viewed }) {
  const t = useT()
  const { engine, account } = useReading()
  const [doc, setDoc] = useState<PDFDocumentProxy | null>(null)
  const [first, setFirst] = useState<{ width: number; height: number } | null>(null)
  const [failed, setFailed] = useState<'broken' | 'locked' | null>(null)
  const url = blobUrl(engine, account, file.blobId, file.name, 'application/pdf')

  useEffect(() => {
    let gone = false
    const task = openPdf(url)
    task.onPassword = (_: unknown, why: number) => {
      if (why === PasswordResponses.NEED_PASSWORD) setFailed('locked')
      void task.destroy()
    }
    task.promise.then(
      async (d) => {
        const size = (await d.getPage(1)).getViewport({ scale: 1 })
        if (gone) return
        setFirst(size)
        setDoc(d)
      },
    ).catch(() => gone || setFailed((f) => f ?? 'broken'))
    return () => {
      gone = true
      void task.destroy()
    }
  }, [url])

  if (failed) return <Note file={file} text={t(failed === 'locked' ? 'view.pdf.locked' : 'view.broken')} />
  if (!doc || !first) return <Skeleton lines={10} />
  return <Document doc={doc} first={first} />
}

function Document({ doc, first }: { doc: PDFDocumentProxy; first: { width: number; height: number } }) {
  const t = useT()
  const layout = useLayout()
  const pages = useRef<HTMLDivElement>(null)
  const [at, setAt] = useState(1)
  const [list, setList] = useState(layout === 'desktop' && doc.numPages > 1)
  const [fit, setFit] = useState(1)
  const [zoom, setZoom] = useState(1)
  const scale = fit * zoom

  // At first a page fills the width, but is not blown up on a wide screen.
  useEffect(() => {
    const el = pages.current
    if (!el) return
    const watch = new ResizeObserver(() => setFit(Math.min((el.clientWidth - (layout === 'phone' ? 16 : 32)) / first.width, 1.6)))
    watch.observe(el)
    return () => watch.disconnect()
  }, [first, layout, list])

  const go = useCallback((n: number): void => {
    pages.current?.querySelector(`[data-page="${n}"]`)?.scrollIntoView({ block: 'start' })
  }, [])
  const seen = useCallback((n: number) => setAt(n), [])
  const step = (by: 1 | -1): void => setZoom((z) => (by > 0 ? steps.find((s) => s > z + 0.01) : steps.findLast((s) => s < z - 0.01)) ?? z)
  const find = useFind(doc)
  const hit = find.hits[find.now]
  // A page that is not drawn yet is gone to first; the mark follows when its text is there.
  useEffect(() => {
    if (hit) go(hit.page)
  }, [hit, go])
  const zoomKeys = (e: KeyboardEvent): void => {
    if (composing(e) || !(e.ctrlKey || e.metaKey)) return
    if (e.key === '+' || e.key === '=') step(1)
    else if (e.key === '-') step(-1)
    else if (e.key === '0') setZoom(1)
    else if (e.key === 'f') (e.currentTarget.querySelector('input[type=search]') as HTMLInputElement | null)?.focus()
    else return
    e.preventDefault()
  }
  return (
    <div className={css.pdf} onKeyDown={zoomKeys}>
      <div className={css.tools} role="toolbar" aria-label={t('view.tools')}>
        {layout !== 'phone' && <IconButton icon={PanelLeft} size={16} label={t('view.pages')} aria-pressed={list} onClick={() => setList(!list)} />}
        <span className={css.group}>
          <input className={css.number} type="number" min={1} max={doc.numPages} key={at} defaultValue={at} aria-label={t('view.goTo')} onKeyDown={(e) => e.key === 'Enter' && !composing(e) && go(Number(e.currentTarget.value))} onBlur={(e) => Number(e.currentTarget.value) !== at && go(Number(e.currentTarget.value))} />
          <span>{t('view.of', { all: doc.numPages })}</span>
        </span>
        <span className={css.group}>
          <IconButton icon={Minus} size={16} label={t('view.smaller')} onClick={() => step(-1)} />
          <Button look="quiet" onClick={() => setZoom(1)} data-tip={t('view.fit')} aria-label={`${Math.round(scale * 75)} % ${t('view.fit')}`}>
            {Math.round(scale * 75)} %
          </Button>
          <IconButton icon={Plus} size={16} label={t('view.larger')} onClick={() => step(1)} />
        </span>
        <i className={css.spring} />
        <span className={css.finding}>
          <Search size={15} aria-hidden />
          <input className={css.find} type="search" placeholder={t('view.find')} aria-label={t('view.find')} value={find.words} onChange={(e) => find.setWords(e.target.value)} onKeyDown={(e) => { if (e.key === 'Enter' && !composing(e)) find.turn(e.shiftKey ? -1 : 1) }} />
        </span>
        {find.words.trim() !== '' && (
          <span className={css.group} role="status">
            {find.running ? t('search.running') : t('view.hits', { at: find.hits.length ? find.now + 1 : 0, all: find.hits.length })}
            <IconButton icon={ChevronUp} size={16} label={t('view.hit.previous')} disabled={!hit} onClick={() => find.turn(-1)} />
            <IconButton icon={ChevronDown} size={16} label={t('view.hit.next')} disabled={!hit} onClick={() => find.turn(1)} />
          </span>
        )}
      </div>
      <div className={css.panes}>
        {list && layout !== 'phone' && <PageList doc={doc} at={at} onGo={go} />}
        <div ref={pages} className={css.pages} data-sideways={zoom > 1 || undefined} tabIndex={0} role="region" aria-label={t('view.document')}>
          {Array.from({ length: doc.numPages }, (_, i) => (
            <Page key={i} doc={doc} number={i + 1} scale={scale} guess={first} words={find.words} nth={hit?.page === i + 1 ? hit.nth : undefined} onSeen={seen} />
          ))}
        </div>
      </div>
    </div>
  )
}

/** Finds words while they are being written, and goes from one place to the next. */
function useFind(doc: PDFDocumentProxy) {
  const [words, setWords] = useState('')
  const [hits, setHits] = useState<Hit[]>([])
  const [now, setNow] = useState(0)
  const [running, setRunning] = useState(false)
  const texts = useRef(new Map<number, string>())
  useEffect(() => {
    let gone = false
    if (words.trim() === '') return setHits([])
    setRunning(true)
    const timer = setTimeout(() => {
      void findIn(doc, texts.current, words, () => gone).then((found) => {
        if (gone) return
        setHits(found)
        setNow(0)
        setRunning(false)
      })
    }, 200)
    return () => {
      gone = true
      clearTimeout(timer)
    }
  }, [doc, words])
  return { words, setWords, hits, now, running, turn: (by: number) => setNow((n) => (hits.length ? (n + by + hits.length) % hits.length : 0)) }
}
