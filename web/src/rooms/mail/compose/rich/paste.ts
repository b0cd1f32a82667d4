import { PLAIN_ATTRIBUTES } from '../../sanitize'
import { parseSealed, purifier, sealedDocument } from '../../sealed'

const TAGS = ['a', 'b', 'strong', 'i', 'em', 'u', 's', 'strike', 'del', 'sub', 'sup', 'br', 'p', 'div', 'span', 'font', 'ul', 'ol', 'li', 'blockquote', 'pre', 'code', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'thead', 'tbody', 'tfoot', 'tr', 'td', 'th', 'hr', 'img']

/** What of a style is worth keeping; the rest is the look of the program it came from. */
const KEPT = ['color', 'font-size', 'text-align', 'font-weight', 'font-style', 'text-decoration']

/**
 * Makes HTML from the clipboard plain: tables of Excel, Calc and web pages,
 * lists and paragraphs of Word, as a body that the editor can read. It is
 * parsed in the sealed window, like everything of strangers.
 */
export function cleanPaste(html: string): HTMLElement {
  // Word puts what is meant for itself into conditional comments.
  const text = html.replace(/<!--\[if[\s\S]*?<!\[endif\]-->/gi, '').replace(/<\/?o:p[^>]*>/gi, '')
  const raw = parseSealed(text)
  wordLists(raw)
  const body = purifier().sanitize(raw.body.innerHTML, { ALLOWED_TAGS: TAGS, ALLOWED_ATTR: ['href', 'colspan', 'rowspan', 'style', 'align', 'color', 'src', 'alt'], ADD_URI_SAFE_ATTR: PLAIN_ATTRIBUTES, ALLOWED_URI_REGEXP: /^(?:https?|mailto|tel|cid):/i })
  const doc = sealedDocument()
  doc.body.innerHTML = body
  for (const el of doc.body.querySelectorAll<HTMLElement>('*')) plain(el)
  emptyEnds(doc)
  return doc.body
}

function plain(el: HTMLElement): void {
  const keep = KEPT.map((name) => [name, el.style.getPropertyValue(name)] as const).filter(([name, value]) => value !== '' && worth(name, value))
  const align = el.getAttribute('align')
  if (align && /^(left|right|center)$/i.test(align)) keep.push(['text-align', align.toLowerCase()])
  const colour = el.getAttribute('color')
  if (el.tagName === 'FONT' && colour) keep.push(['color', colour])
  el.removeAttribute('style')
  el.removeAttribute('align')
  if (keep.length > 0) el.setAttribute('style', keep.map(([name, value]) => `${name}:${value}`).join(';'))
  for (const span of ['colspan', 'rowspan']) {
    const n = Number(el.getAttribute(span) ?? 1)
    if (!(n > 1 && n <= 100)) el.removeAttribute(span)
  }
  // Alignment of a cell belongs to the paragraphs in it.
  if ((el.tagName === 'TD' || el.tagName === 'TH') && el.style.textAlign && !el.querySelector('p, div, ul, ol')) {
    const p = el.ownerDocument.createElement('p')
    p.setAttribute('style', `text-align:${el.style.textAlign}`)
    p.append(...el.childNodes)
    el.append(p)
  }
  if (/^H[1-6]$/.test(el.tagName)) {
    const b = el.ownerDocument.createElement('b')
    b.append(...el.childNodes)
    el.append(b)
  }
}

/** Black text and ordinary sizes are nobody's choice; kept, they would be unreadable in the dark. */
function worth(name: string, value: string): boolean {
  if (name === 'color') return !/^(black|windowtext|inherit|rgb\(0, 0, 0\)|#000(000)?)$/i.test(value)
  if (name === 'font-size') {
    const px = value.endsWith('pt') ? Number.parseFloat(value) * (4 / 3) : value.endsWith('px') ? Number.parseFloat(value) : 0
    return px >= 19
  }
  return true
}

/** Word writes lists as paragraphs that say in a style of its own that they are items. */
function wordLists(doc: Document): void {
  for (const p of [...doc.querySelectorAll<HTMLElement>('p')]) {
    if (!/mso-list:\s*l\d/i.test(p.getAttribute('style') ?? '')) continue
    const marker = [...p.querySelectorAll('span')].find((s) => /mso-list:\s*ignore/i.test(s.getAttribute('style') ?? ''))
    const tag = /^\s*(\d+|[a-z]|[ivx]+|[一二三四五六七八九十]+)[.)、]/i.test(marker?.textContent ?? '') ? 'OL' : 'UL'
    marker?.remove()
    const before = p.previousElementSibling
    const list = before?.tagName === tag ? before : doc.createElement(tag)
    if (list !== before) p.before(list)
    const li = doc.createElement('li')
    li.append(...p.childNodes)
    list.append(li)
    p.remove()
  }
}

/** Spreadsheets copy whole columns: rows with nothing in them at the end are left out. */
function emptyEnds(doc: Document): void {
  for (const table of doc.querySelectorAll('table')) {
    for (const tr of [...table.querySelectorAll('tr')].toReversed()) {
      if (tr.textContent?.trim() || tr.querySelector('img')) break
      tr.remove()
    }
  }
}
