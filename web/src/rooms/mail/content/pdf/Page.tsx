import { useEffect, useRef, useState } from 'react'
import { useT } from '~/kit/i18n'
import { TextLayer, type PDFDocumentProxy, type PDFPageProxy } from './engine'
import css from './Pdf.module.css'
import { rangesOf } from './search'

interface Props {
  doc: PDFDocumentProxy
  number: number
  scale: number
  /** The size of the first page, until this one's own is known. */
  guess: { width: number; height: number }
  words: string
  /** Which of the words on this page is looked at. */
  nth: number | undefined
  onSeen: (n: number) => void
}

/** How many pixels a drawn page may have; a phone has no memory for more. */
const MAX_PIXELS = 12_000_000

/** One page: drawn when it comes near, forgotten when it is far; its text lies over it to be chosen and read out. */
export function Page({ doc, number, scale, guess, words, nth, onSeen }: Props) {
  const t = useT()
  const box = useRef<HTMLDivElement>(null)
  const canvas = useRef<HTMLCanvasElement>(null)
  const layer = useRef<HTMLDivElement>(null)
  const [near, setNear] = useState(number === 1)
  const [page, setPage] = useState<PDFPageProxy | null>(null)
  const [drawn, setDrawn] = useState(0)
  const size = page?.getViewport({ scale: 1 }) ?? guess

  useEffect(() => {
    const el = box.current
    if (!el) return
    const close = new IntersectionObserver(([e]) => setNear(e?.isIntersecting ?? false), { rootMargin: '800px 0px' })
    const seen = new IntersectionObserver(([e]) => e?.isIntersecting && onSeen(number), { rootMargin: '-45% 0px -45% 0px' })
    close.observe(el)
    seen.observe(el)
    return () => {
      close.disconnect()
      seen.disconnect()
    }
  }, [number, onSeen])

  useEffect(() => {
    if (near && !page) void doc.getPage(number).then(setPage, () => {})
  }, [near, page, doc, number])

  useEffect(() => {
    const [c, l] = [canvas.current, layer.current]
    if (!near || !page || !c || !l) return
    const viewport = page.getViewport({ scale })
    const dpr = Math.min(devicePixelRatio || 1, Math.sqrt(MAX_PIXELS / (viewport.width * viewport.height)))
    c.width = Math.floor(viewport.width * dpr)
    c.height = Math.floor(viewport.height * dpr)
    const task = page.render({ canvas: c, viewport: page.getViewport({ scale: scale * dpr }) })
    const text = new TextLayer({ textContentSource: page.streamTextContent(), container: l, viewport })
    task.promise.catch(() => {}) // given up for a newer size
    text.render().then(() => setDrawn((n) => n + 1), () => {})
    return () => {
      task.cancel()
      text.cancel()
      l.replaceChildren()
    }
  }, [near, page, scale])

  // Marks need no change of the page: CSS Custom Highlights, where the browser has them.
  useEffect(() => {
    const l = layer.current
    if (!l || drawn === 0 || !('highlights' in CSS) || words === '') return
    const ranges = rangesOf(l, words)
    const [all, one] = [marks('pdf-found'), marks('pdf-now')]
    ranges.forEach((r) => all.add(r))
    const now = nth === undefined ? undefined : ranges[nth]
    if (now) {
      one.add(now)
      now.startContainer.parentElement?.scrollIntoView({ block: 'center', inline: 'nearest' })
    }
    return () => {
      ranges.forEach((r) => all.delete(r))
      if (now) one.delete(now)
    }
  }, [drawn, words, nth])

  return (
    <div ref={box} className={css.page} data-page={number} role="region" aria-label={t('view.page', { n: number })} style={{ width: size.width * scale, height: size.height * scale, ['--total-scale-factor' as string]: scale, ['--scale-round-x' as string]: '1px', ['--scale-round-y' as string]: '1px' }}>
      {near && (
        <>
          <canvas ref={canvas} aria-hidden />
          <div ref={layer} className={css.text} />
        </>
      )}
    </div>
  )
}

function marks(name: string): Highlight {
  const known = CSS.highlights.get(name)
  if (known) return known
  const made = new Highlight()
  CSS.highlights.set(name, made)
  return made
}
