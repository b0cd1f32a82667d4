import { useMemo, useState } from 'react'
import { useT } from '~/kit/i18n'
import css from './MessageBody.module.css'

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

const URL_PATTERN = /(https?:\/\/[^\s<>"'()（）「」『』，。；、]+[^\s<>"'()（）「」『』，。；、.,;:!?]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+)/g

/** Plain text with its links; quotes are folded until asked for. */
export function PlainText({ text, lang }: { text: string; lang: string | undefined }) {
  const pieces = useMemo(() => splitQuotes(text), [text])
  const onlyQuote = pieces.length === 1
  return (
    <div className={css.plain} lang={lang} dir="auto">
      {pieces.map((p, i) => (p.quote && !onlyQuote ? <Quote key={i} text={p.text} /> : <Linked key={i} text={`${p.text}${i < pieces.length - 1 ? '\n' : ''}`} />))}
    </div>
  )
}

function Quote({ text }: { text: string }) {
  const t = useT()
  const [open, setOpen] = useState(false)
  return (
    <>
      <button type="button" className={css.fold} aria-expanded={open} onClick={() => setOpen(!open)}>
        {t(open ? 'message.hideQuote' : 'message.showQuote')}
      </button>
      {open && (
        <blockquote className={css.quote}>
          <Linked text={text.replace(/^\s?> ?/gm, '')} />
        </blockquote>
      )}
    </>
  )
}

function Linked({ text }: { text: string }) {
  return text.split(URL_PATTERN).map((piece, i) => {
    if (i % 2 === 0) return piece
    const href = piece.includes('://') ? piece : `mailto:${piece}`
    return (
      <a key={i} href={href} target="_blank" rel="noopener noreferrer">
        {piece}
      </a>
    )
  })
}
