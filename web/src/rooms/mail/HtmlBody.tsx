import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'react'
import type { Email } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { dispatchKey } from '~/kit/keys'
import { setPrefs, usePrefs } from '~/kit/prefs'
import { Button } from '~/kit/ui/Button'
import { Image, ImageOff } from '~/kit/ui/icons'
import { blobUrl } from './blobs'
import { markIn } from './content/marks'
import { useReading } from './context'
import { returnFrame, takeFrame } from './frames'
import css from './MessageBody.module.css'
import { cleanMail, inlineParts } from './sanitize'
import { LinkTarget, askLink } from './trust/LinkTarget'
import { guardLinks, type Target } from './trust/links'

export { warmFrames } from './frames'

/** HTML of a message in a frame that can neither run nor fetch anything. */
export default function HtmlBody({ email, html, quoted, lang }: { email: Email; html: string; quoted: boolean; lang: string | undefined }) {
  const t = useT()
  const { imagesFrom } = usePrefs()
  const sender = email.from?.[0]?.email.toLowerCase() ?? ''
  const [asked, setAllowed] = useState(false)
  const allowed = asked || (sender !== '' && imagesFrom.includes(sender))
  const images = useInlineImages(email)
  const [target, setTarget] = useState<Target | null>(null)
  const clean = useMemo(() => cleanMail(html, images, allowed), [html, images, allowed])
  const always = (): void => setPrefs({ imagesFrom: [...imagesFrom.filter((a) => a !== sender), sender].slice(-500) })
  return (
    <>
      {clean.forms > 0 && <p className={css.note}>{t('message.form')}</p>}
      {clean.trackers > 0 && <p className={css.track}>{t('message.trackers', { count: clean.trackers })}</p>}
      {clean.remote > 0 && !allowed && (
        <div className={css.images}>
          <ImageOff size={16} aria-hidden />
          <span>{t('message.remote', { count: clean.remote })}</span>
          <Button look="quiet" icon={Image} onClick={() => setAllowed(true)}>
            {t('message.showImages')}
          </Button>
          {sender !== '' && (
            <Button look="quiet" onClick={always}>
              {t('message.alwaysImages', { sender })}
            </Button>
          )}
        </div>
      )}
      {clean.remote > 0 && imagesFrom.includes(sender) && (
        <p className={css.track}>
          {t('message.imagesAllowed', { sender })}{' '}
          <Button look="quiet" onClick={() => setPrefs({ imagesFrom: imagesFrom.filter((a) => a !== sender) })}>
            {t('message.notAlways')}
          </Button>
        </p>
      )}
      <Frame key={String(allowed)} html={clean.html} paper={clean.coloured} remote={allowed} quoted={quoted} lang={lang} title={t('message.body')} fold={t('message.showQuote')} onLink={setTarget} />
      {target && <LinkTarget target={target} />}
    </>
  )
}

/** Fetches the pictures a message carries with itself, as object URLs. */
function useInlineImages(email: Email): Map<string, string> {
  const { engine, account } = useReading()
  const [urls, setUrls] = useState<Map<string, string>>(() => new Map())
  useEffect(() => {
    const parts = inlineParts(email.attachments ?? [])
    const made: string[] = []
    let gone = false
    for (const [cid, p] of parts) {
      fetch(blobUrl(engine, account, p.blobId ?? '', p.name ?? 'image', p.type))
        .then((r) => (r.ok ? r.blob() : Promise.reject(new Error(String(r.status)))))
        .then((blob) => {
          if (gone) return
          // The declared type, not the answered one: only pictures are shown.
          const url = URL.createObjectURL(new Blob([blob], { type: p.type }))
          made.push(url)
          setUrls((old) => new Map(old).set(cid, url))
        })
        .catch(() => {}) // The picture's alternative text stands in its place.
    }
    return () => {
      gone = true
      made.forEach((u) => URL.revokeObjectURL(u))
    }
  }, [email.id, email.attachments, engine, account])
  return urls
}

interface FrameProps {
  html: string
  paper: boolean
  remote: boolean
  quoted: boolean
  lang: string | undefined
  title: string
  fold: string
  onLink: (t: Target | null) => void
}

/**
 * The page inside comes from the server under a policy of its own: inline
 * styles, but no scripts and, in mail-frame.html, nothing from the network. A srcdoc
 * or blob: frame would inherit the policy of the client, which forbids the
 * inline styles that every mail uses.
 */
function Frame({ html, paper, remote, quoted, lang, title, fold, onLink }: FrameProps) {
  const host = useRef<HTMLDivElement>(null)
  // The frame that is this letter's now: one that went back may be another's.
  const held = useRef<HTMLIFrameElement | null>(null)
  const [page, setPage] = useState<{ frame: HTMLIFrameElement } | null>(null)
  const { theme } = usePrefs()
  const { marks } = useReading()

  // Before the paint, so that a letter whose frame was kept ready is seen together with its head.
  useLayoutEffect(() => {
    const frame = takeFrame(host.current as HTMLElement, remote, (frame) => setPage({ frame }))
    held.current = frame
    return () => {
      held.current = null
      returnFrame(frame)
    }
  }, [remote])

  useLayoutEffect(() => {
    const frame = held.current
    if (!frame) return
    frame.title = title
    frame.className = css.frame ?? ''
    frame.toggleAttribute('data-paper', paper)
  }, [page, title, paper])

  useLayoutEffect(() => {
    const el = page?.frame
    const doc = el?.contentDocument
    if (!el || el !== held.current || !doc?.body) return
    doc.documentElement.lang = lang ?? document.documentElement.lang
    doc.head.querySelector('style[data-base]')?.remove()
    const style = doc.createElement('style')
    style.dataset['base'] = ''
    style.textContent = baseStyle(paper, theme)
    doc.head.append(style)
    doc.body.innerHTML = html
    markIn(doc.body, marks)
    wrapWide(doc)
    if (quoted) foldQuote(doc, fold)
    const fit = (): void => {
      el.style.height = `${Math.ceil(doc.documentElement.getBoundingClientRect().height)}px`
    }
    const sizes = new ResizeObserver(fit)
    sizes.observe(doc.documentElement)
    fit()
    doc.addEventListener('keydown', dispatchKey)
    const unguard = guardLinks(doc, onLink, (t) => void askLink(t))
    return () => {
      sizes.disconnect()
      unguard()
      doc.removeEventListener('keydown', dispatchKey)
    }
  }, [page, html, paper, theme, quoted, lang, fold, onLink, marks])

  return <div ref={host} />
}

function baseStyle(paper: boolean, theme: string): string {
  const font = getComputedStyle(document.body).fontFamily
  const scheme = paper ? 'light' : theme === 'system' ? 'light dark' : theme
  return `
    html { color-scheme: ${scheme}; overflow: hidden; height: auto; }
    body { margin: 0; height: auto !important; min-height: 0 !important; ${paper ? 'padding: 12px; background: #fff; color: #16201c;' : 'color: light-dark(#16201c, #e7ece9);'} font: 15px/1.6 ${font}; overflow-wrap: anywhere; overflow-x: auto; }
    a { color: light-dark(#0f6657, #6ccab4); }
    img { max-width: 100%; }
    img:not([height]) { height: auto; }
    img:not([src]) { background: light-dark(#e9edeb, #2d3632); color: light-dark(#5b6963, #95a29c); border-radius: 4px; font-size: 12px; }
    table { max-width: 100%; }
    td, th { overflow-wrap: break-word; }
    div.wide { overflow-x: auto; max-width: 100%; }
    mark { background: light-dark(#fbe7a1, #5c4a12); color: inherit; }
    pre { white-space: pre-wrap; }
    p { margin: 0 0 .8em; }
    blockquote { margin: 0 0 0 4px; padding-left: 12px; border-left: 3px solid light-dark(#dce2df, #3a4540); }
    details.fold > summary { display: inline-block; list-style: none; padding: 0 10px; margin: 8px 0; border-radius: 12px; border: 1px solid light-dark(#dce2df, #3a4540); font-size: 12px; line-height: 22px; color: light-dark(#46544e, #b4bfba); }
    @media (forced-colors: none) { ::selection { background: #b9dcd2; } }
  `
}

/** A table that is wider than the page scrolls by itself; the text around it stays where it is. */
function wrapWide(doc: Document): void {
  for (const table of doc.querySelectorAll('table')) {
    if (table.parentElement?.closest('table') || table.scrollWidth <= doc.documentElement.clientWidth + 1) continue
    const box = doc.createElement('div')
    box.className = 'wide'
    box.tabIndex = 0
    table.style.maxWidth = 'none'
    table.replaceWith(box)
    box.append(table)
  }
}

/** Folds the earlier letter below an answer; the stack shows it already. */
function foldQuote(doc: Document, words: string): void {
  const quote = doc.querySelector('blockquote[type=cite], .gmail_quote, body > div > blockquote:last-of-type')
  if (!quote?.parentElement || !doc.body.textContent?.replace(quote.textContent ?? '', '').trim()) return
  const details = doc.createElement('details')
  details.className = 'fold'
  const summary = doc.createElement('summary')
  summary.textContent = words
  quote.replaceWith(details)
  details.append(summary, quote)
}
