import { useEffect, useRef, useState } from 'react'
import { useT } from '~/kit/i18n'
import type { PDFDocumentProxy } from './engine'
import css from './Pdf.module.css'

/** The pages at a glance; a small picture is drawn when it comes into view. */
export function PageList({ doc, at, onGo }: { doc: PDFDocumentProxy; at: number; onGo: (n: number) => void }) {
  const t = useT()
  return (
    <ol className={css.list} aria-label={t('view.pages')}>
      {Array.from({ length: doc.numPages }, (_, i) => (
        <li key={i}>
          <button type="button" aria-current={at === i + 1 ? 'page' : undefined} aria-label={t('view.page', { n: i + 1 })} onClick={() => onGo(i + 1)}>
            <Small doc={doc} number={i + 1} />
            {i + 1}
          </button>
        </li>
      ))}
    </ol>
  )
}

function Small({ doc, number }: { doc: PDFDocumentProxy; number: number }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [shown, setShown] = useState(false)
  useEffect(() => {
    const el = canvas.current
    if (!el) return
    const watch = new IntersectionObserver(([e]) => e?.isIntersecting && setShown(true), { rootMargin: '200px' })
    watch.observe(el)
    return () => watch.disconnect()
  }, [])
  useEffect(() => {
    const el = canvas.current
    if (!shown || !el) return
    let cancel = (): void => {}
    void doc.getPage(number).then((page) => {
      const size = page.getViewport({ scale: 1 })
      const viewport = page.getViewport({ scale: 104 / size.width })
      el.width = viewport.width
      el.height = viewport.height
      const task = page.render({ canvas: el, viewport })
      task.promise.catch(() => {})
      cancel = () => task.cancel()
    })
    return () => cancel()
  }, [shown, doc, number])
  return <canvas ref={canvas} width={104} height={147} aria-hidden />
}
