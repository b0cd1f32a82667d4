import type { PDFDocumentProxy } from './engine'

/** Where words stand in a document: the page, and which time on it. */
export interface Hit {
  page: number
  nth: number
}

/** Makes text comparable: width, case and the blanks that a layout puts between Han characters do not count. */
export function fold(text: string): string {
  return text.normalize('NFKC').toLowerCase().replace(/\s+/g, '')
}

/** Finds words page by page; `texts` keeps what has been read. */
export async function findIn(doc: PDFDocumentProxy, texts: Map<number, string>, words: string, stop: () => boolean): Promise<Hit[]> {
  const want = fold(words)
  const hits: Hit[] = []
  if (want === '') return hits
  for (let n = 1; n <= doc.numPages && !stop() && hits.length < 1000; n++) {
    let text = texts.get(n)
    if (text === undefined) {
      const content = await (await doc.getPage(n)).getTextContent()
      text = fold(content.items.map((i) => ('str' in i ? i.str : '')).join(''))
      texts.set(n, text)
    }
    let nth = 0
    for (let at = text.indexOf(want); at >= 0; at = text.indexOf(want, at + want.length)) hits.push({ page: n, nth: nth++ })
  }
  return hits
}

/** The ranges of words in a text layer, in order. */
export function rangesOf(layer: Element, words: string): Range[] {
  const want = fold(words)
  if (want === '') return []
  const walker = document.createTreeWalker(layer, NodeFilter.SHOW_TEXT)
  let text = ''
  const origin: [Text, number][] = []
  for (let node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text | null) {
    for (let i = 0; i < node.data.length; i++) {
      // One character can fold into several or into none.
      for (const c of fold(node.data[i] as string)) {
        text += c
        for (let k = 0; k < c.length; k++) origin.push([node, i])
      }
    }
  }
  const out: Range[] = []
  for (let at = text.indexOf(want); at >= 0; at = text.indexOf(want, at + want.length)) {
    const [from, to] = [origin[at], origin[at + want.length - 1]]
    if (!from || !to) break
    const r = document.createRange()
    r.setStart(from[0], from[1])
    r.setEnd(to[0], to[1] + 1)
    out.push(r)
  }
  return out
}
