import { useReading } from '../context'

/** What stands for a figure that the server does not say. */
const HIDDEN = /\\\*/g

/** Finds any of the words, whatever their case; null for none. A "*" stands for one letter or figure. */
export function markPattern(words: readonly string[] | undefined): RegExp | null {
  const parts = (words ?? []).map((w) => w.trim()).filter(Boolean).toSorted((a, b) => b.length - a.length)
  if (parts.length === 0) return null
  const escaped = parts.map((w) => w.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&').replace(HIDDEN, '[\\p{L}\\p{N}]').replace(/\s+/g, '\\s+'))
  return new RegExp(`(${escaped.join('|')})`, 'giu')
}

/** Text in which what is looked for is marked. */
export function Marked({ text }: { text: string }) {
  const pattern = markPattern(useReading().marks)
  if (!pattern) return text
  return text.split(pattern).map((piece, i) => (i % 2 === 1 ? <mark key={i}>{piece}</mark> : piece))
}

/** Marks words in a page that is shown already, as in the frame of a letter. */
export function markIn(root: HTMLElement, words: readonly string[] | undefined): void {
  const pattern = markPattern(words)
  if (!pattern) return
  const doc = root.ownerDocument
  const walker = doc.createTreeWalker(root, 4 /* NodeFilter.SHOW_TEXT */)
  const found: Text[] = []
  while (walker.nextNode()) if ((walker.currentNode.nodeValue ?? '').search(pattern) >= 0) found.push(walker.currentNode as Text)
  for (const node of found) {
    const pieces = (node.nodeValue ?? '').split(pattern)
    node.replaceWith(...pieces.map((piece, i) => {
      if (i % 2 === 0) return piece
      const mark = doc.createElement('mark')
      mark.textContent = piece
      return mark
    }))
  }
}
