import { useEffect, useRef, useState, type ReactNode } from 'react'
import type { Regulation } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { readingDate } from '~/kit/i18n/dates'
import css from './Regulations.module.css'
import { inLanguage, Wording } from './text'

/** What is said of a regulation beside its wording. */
export function Facts({ r }: { r: Regulation }) {
  const t = useT()
  const waits = r.dueAt && !r.acceptedAt && Date.parse(r.dueAt) > Date.now()
  return <p className={css.meta}>{t('regulations.version', { number: r.number, day: r.starts })}{waits && ` · ${t('regulations.due', { when: readingDate(r.dueAt ?? '') })}`}</p>
}

/** A regulation that is to be accepted: `onRead` is called once its end was seen. */
export function Read({ r, onRead }: { r: Regulation; onRead: () => void }) {
  const frame = useRef<HTMLDivElement>(null)
  const end = useRef<HTMLDivElement>(null)
  const text = inLanguage(r.texts)
  useEffect(() => {
    if (!end.current) return
    const seen = new IntersectionObserver((list) => list.some((e) => e.isIntersecting) && onRead(), { root: frame.current })
    seen.observe(end.current)
    frame.current?.focus()
    return () => seen.disconnect()
    // A new callback is no new text.
  }, [r.versionId])
  return (
    <div className={css.step}>
      <h2 className={css.title} lang={text[0]}>{text[1].title}</h2>
      <Facts r={r} />
      {/* It takes the focus, so that keys scroll it. */}
      <div ref={frame} className={css.window} tabIndex={0} role="region" aria-label={text[1].title}>
        <Wording text={text} />
        <div ref={end} className={css.end} />
      </div>
    </div>
  )
}

/** Goes through texts one after the other. */
export function useReading(list: readonly Regulation[]): { now: Regulation | undefined; read: boolean; onRead: () => void; place: string; next: () => void } {
  const t = useT()
  const [n, setN] = useState(0)
  const [read, setRead] = useState('')
  const now = list[n]
  return {
    now,
    read: read === now?.versionId,
    onRead: () => setRead(now?.versionId ?? ''),
    place: list.length > 1 ? t('regulations.place', { number: n + 1, count: list.length }) : '',
    next: () => setN(n + 1),
  }
}

/** A regulation to be read. */
export function Regulated({ r, children }: { r: Regulation; children?: ReactNode }) {
  const text = inLanguage(r.texts)
  return (
    <article className={css.text}>
      <h2 lang={text[0]}>{text[1].title}</h2>
      <Facts r={r} />
      <Wording text={text} />
      {children}
    </article>
  )
}
