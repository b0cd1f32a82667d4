import type { EmailBodyPart } from '~/api/jmap'
import { purifier, sealedDocument } from './sealed'

export interface CleanMail {
  html: string
  /** Pictures and styles that would be fetched from elsewhere. */
  remote: number
  /** Content-IDs the message shows inside its text. */
  cids: string[]
  /** Whether the sender chose colours, which then need paper to stand on. */
  coloured: boolean
}

const FORBIDDEN = ['form', 'input', 'button', 'textarea', 'select', 'option', 'video', 'audio', 'source', 'track', 'dialog', 'map', 'area', 'template', 'slot']

/**
 * Attributes that are no addresses. The purifier measures every value that it
 * does not know to be harmless by the rule for addresses, and would drop them:
 * tables would lose the spans and widths that hold mail together.
 */
export const PLAIN_ATTRIBUTES = ['abbr', 'align', 'bgcolor', 'border', 'cellpadding', 'cellspacing', 'clear', 'color', 'colspan', 'dir', 'face', 'height', 'hspace', 'lang', 'noshade', 'nowrap', 'reversed', 'rowspan', 'scope', 'size', 'span', 'start', 'type', 'valign', 'value', 'vspace', 'width']

/**
 * Makes the HTML of a stranger fit to be shown. It is not the only wall: the
 * frame has no scripts, no forms, and a policy of its own that fetches nothing.
 */
export function cleanMail(html: string, images: ReadonlyMap<string, string> | 'keep', allowRemote: boolean): CleanMail {
  const root = purifier().sanitize(html, {
    USE_PROFILES: { html: true },
    WHOLE_DOCUMENT: true,
    RETURN_DOM: true,
    FORBID_TAGS: FORBIDDEN,
    FORBID_ATTR: ['id', 'name', 'srcset', 'ping', 'autofocus', 'contenteditable', 'tabindex', 'popover'],
    ALLOW_DATA_ATTR: false,
    ADD_URI_SAFE_ATTR: PLAIN_ATTRIBUTES,
    // cid: is how a message names its own pictures (RFC 2392).
    ALLOWED_URI_REGEXP: /^(?:https?|mailto|tel|cid|data:image\/(?:png|gif|jpe?g|webp)|#)/i,
  }) as HTMLElement
  const result: CleanMail = { html: '', remote: 0, cids: [], coloured: false }
  for (const el of root.querySelectorAll<HTMLElement>('*')) cleanElement(el, images, allowRemote, result)
  const styles = [...root.querySelectorAll('head style')].map((s) => s.outerHTML).join('')
  const body = root.querySelector('body') ?? root
  const style = body.getAttribute('style') ?? ''
  const bg = body.getAttribute('bgcolor') ?? ''
  result.coloured ||= /colou?r|background/i.test(style + styles) || bg !== ''
  const wrapper = sealedDocument().createElement('div')
  if (style) wrapper.setAttribute('style', style)
  if (bg) wrapper.setAttribute('bgcolor', bg)
  wrapper.innerHTML = body.innerHTML
  result.html = styles + wrapper.outerHTML
  return result
}

function cleanElement(el: HTMLElement, images: ReadonlyMap<string, string> | 'keep', allowRemote: boolean, out: CleanMail): void {
  const style = el.getAttribute('style')
  if (style && /colou?r|background/i.test(style)) out.coloured = true
  if (el.hasAttribute('bgcolor') || el.hasAttribute('color')) out.coloured = true
  if (style && /url\s*\(\s*['"]?\s*(?:https?:)?\/\//i.test(style)) out.remote++
  if (el.tagName === 'STYLE' && /url\s*\(\s*['"]?\s*https?:/i.test(el.textContent ?? '')) out.remote++
  const background = el.getAttribute('background')
  if (background && /^(?:https?:)?\/\//i.test(background)) {
    out.remote++
    if (!allowRemote) el.removeAttribute('background')
  }
  if (el.tagName === 'A') {
    const href = el.getAttribute('href')
    el.setAttribute('target', '_blank')
    el.setAttribute('rel', 'noopener noreferrer')
    // The address a link really leads to, whatever its words say.
    if (href && !href.startsWith('#')) el.setAttribute('title', href)
  }
  if (el.tagName === 'IMG') cleanImage(el, images, allowRemote, out)
}

function cleanImage(el: HTMLElement, images: ReadonlyMap<string, string> | 'keep', allowRemote: boolean, out: CleanMail): void {
  const src = el.getAttribute('src') ?? ''
  if (/^cid:/i.test(src)) {
    const cid = normalCid(src.slice(4))
    out.cids.push(cid)
    if (images === 'keep') return // quoted in an answer, which carries the picture along
    const url = images.get(cid)
    if (url) el.setAttribute('src', url)
    else el.removeAttribute('src')
  } else if (src && !/^data:image\//i.test(src)) {
    // Also what only looks local: relative to a letter there is nothing.
    out.remote++
    if (!allowRemote) el.removeAttribute('src')
  }
}

/** Content-IDs as headers and as links write them, made comparable. */
export function normalCid(cid: string): string {
  let s = cid
  try {
    s = decodeURIComponent(cid)
  } catch {
    // A stray percent sign is part of the id.
  }
  return s.replace(/^<|>$/g, '').toLowerCase()
}

/** The parts a message shows by Content-ID. */
export function inlineParts(parts: readonly EmailBodyPart[]): Map<string, EmailBodyPart> {
  return new Map(parts.filter((p) => p.cid && p.blobId && p.type.startsWith('image/')).map((p) => [normalCid(p.cid ?? ''), p]))
}
