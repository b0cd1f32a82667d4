import { Suspense, lazy, useEffect, useMemo, useRef, useState } from 'react'
import { useT } from '~/kit/i18n'
import { Marked } from './content/marks'
import css from './MessageBody.module.css'
import { guardLinks, type Target } from './trust/links'

// What a link leads to is shown when one is first pointed at.
const LinkTarget = lazy(async () => ({ default: (await import('./trust/LinkTarget')).LinkTarget }))
const ask = (t: Target): void => void import('./trust/LinkTarget').then((m) => m.askLink(t))

interface Piece {
  quote: boolean
  text: string
}

/** Divides plain text into what was written and what was quoted. */
export function splitQuotes(text: string): Piece[] {
  const pieces: Piece[] = []
  for (const line of text.replace(/\r\n?/g, '\n').replace(/\s+$/, '').split('\n')) {
    const quote = /^\s?>/.test(line)
    const last = pieces.at(-1)
    if (last && (last.quote === quote || (last.quote && line.trim() === ''))) last.text += `\n${line}`
    else pieces.push({ quote, text: line })
  }
  return pieces
}

/** A quote this long hides the answer below it, so it is folded wherever it stands. */
const LONG = 12

/**
 * Which quotes to fold: the earlier letter below an answer, and very long
 * ones. Short ones between the lines of an answer are what it answers, and
 * stay.
 */
export function foldable(pieces: readonly Piece[], at: number): boolean {
  const piece = pieces[at]
  if (!piece?.quote || pieces.length === 1) return false
  const after = pieces.slice(at + 1).filter((p) => !p.quote).map((p) => p.text).join('\n')
  // What follows a line of "-- " is the signature (RFC 3676 section 4.3).
  const words = after.replace(/(^|\n)-- ?(\n[\s\S]*)?$/, '').replace(/(^|\n)_{5,}\n[\s\S]*$/, '').trim()
  return words === '' || piece.text.split('\n').length > LONG
}

const URL_PATTERN = /(https?:\/\/[^\s<>"'()（）「」『』，。；、]+[^\s<>"'()（）「」『』，。；、.,;:!?]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)/g

/** Plain text with its links, which are watched over; quotes are folded until asked for. */
export function PlainText({ text, lang }: { text: string; lang: string | undefined }) {
  const pieces = useMemo(() => splitQuotes(text), [text])
  const box = useRef<HTMLDivElement>(null)
  const [target, setTarget] = useState<Target | null>(null)
  useEffect(() => (box.current ? guardLinks(box.current, setTarget, ask) : undefined), [])
  return (
    <>
      <div className={css.plain} lang={lang} dir="auto" ref={box}>
        {pieces.map((p, i) => (p.quote ? <Quote key={i} text={p.text} folded={foldable(pieces, i)} /> : <Linked key={i} text={p.text} />))}
      </div>
      {target && (
        <Suspense>
          <LinkTarget target={target} />
        </Suspense>
      )}
    </>
  )
}

function Quote({ text, folded }: { text: string; folded: boolean }) {
  const t = useT()
  const [open, setOpen] = useState(!folded)
  return (
    <>
      {folded && (
        <button type="button" className={css.fold} aria-expanded={open} onClick={() => setOpen(!open)}>
          {t(open ? 'message.hideQuote' : 'message.showQuote')}
        </button>
      )}
      {open && (
        <blockquote className={css.quote}>
          <Linked text={text.replace(/^\s?> ?/gm, '')} />
        </blockquote>
      )}
    </>
  )
}

/** A link of plain text, and what stands before it in the manner of "name <link>". */
export interface LinkPiece {
  text: string
  href?: string
  says?: string
}

/** Divides text into plain pieces and links. */
export function linkPieces(text: string): LinkPiece[] {
  const parts = text.split(URL_PATTERN)
  return parts.map((piece, i) => {
    if (i % 2 === 0) return { text: piece }
    // "https://one.example <https://other.example>", as programs write a link
    // of HTML into text: the words are what the link says.
    const before = /^\s*[<(（]\s*$/.test(parts[i - 1] ?? '') ? parts[i - 2] : /(\S+)\s*[<(（]\s*$/.exec(parts[i - 1] ?? '')?.[1]
    return { text: piece, href: piece.includes('://') ? piece : `mailto:${piece}`, ...(before && piece.includes('://') ? { says: before } : {}) }
  })
}

function Linked({ text }: { text: string }) {
  return linkPieces(text).map((p, i) =>
    p.href === undefined ? (
      <Marked key={i} text={p.text} />
    ) : (
      <a key={i} href={p.href} data-says={p.says} target="_blank" rel="noopener noreferrer">
        {p.text}
      </a>
    ),
  )
}
