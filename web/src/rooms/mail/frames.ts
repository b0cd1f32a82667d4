/** The pages that letters are shown in (doors/http): without the network, and with remote pictures. */
const PAGE = '/mail-frame.html'
const PAGE_WITH_IMAGES = '/mail-frame-images.html'
/** Empty frames made ahead, and how many of those that come back are kept: a conversation rarely shows more letters of HTML at once. */
const AHEAD = 2
const KEPT = 4
/** How long after one was taken (ms) another is made in its place, if need be. */
const REFILL = 500

let shelf: HTMLElement | null = null
const spare: HTMLIFrameElement[] = []

/** A page of our own that can neither run scripts nor leave where it is; links open elsewhere. */
function makeFrame(src: string): HTMLIFrameElement {
  const frame = document.createElement('iframe')
  frame.setAttribute('sandbox', 'allow-same-origin allow-popups allow-popups-to-escape-sandbox')
  frame.referrerPolicy = 'no-referrer'
  frame.src = src
  return frame
}

/** Whether the page is there, and still the empty one that the server sent. */
function isReady(frame: HTMLIFrameElement): boolean {
  const doc = frame.contentDocument
  return doc?.readyState === 'complete' && frame.contentWindow?.location.pathname === PAGE
}

/** Only where the browser moves an element without loading what is in it anew. */
const movable = (): boolean => 'moveBefore' in Element.prototype

/** Has empty frames loaded before a letter needs one: the load is most of what opening a letter of HTML costs. */
export function warmFrames(): void {
  if (!movable()) return
  if (!shelf) {
    shelf = document.createElement('div')
    shelf.hidden = true
    document.body.append(shelf)
  }
  while (spare.length < AHEAD) {
    const frame = makeFrame(PAGE)
    spare.push(frame)
    shelf.append(frame)
  }
}

/**
 * Puts a frame into a connected element and calls `filled` each time its page
 * is there and empty: at once for one that was kept ready.
 */
export function takeFrame(host: Element, remote: boolean, filled: (frame: HTMLIFrameElement) => void): HTMLIFrameElement {
  const at = remote ? -1 : spare.findIndex(isReady)
  const kept = at < 0 ? undefined : spare.splice(at, 1)[0]
  const frame = kept ?? makeFrame(remote ? PAGE_WITH_IMAGES : PAGE)
  frame.onload = () => filled(frame)
  if (kept) host.moveBefore(kept, null)
  else host.append(frame)
  if (kept) filled(frame)
  setTimeout(warmFrames, REFILL)
  return frame
}

/**
 * Takes the letter out of its frame and keeps the frame for the next one. The
 * letter had no scripts, so that with its nodes nothing of it is left; a frame
 * that went anywhere, or may fetch pictures, is not used twice.
 */
export function returnFrame(frame: HTMLIFrameElement): void {
  frame.onload = null
  frame.blur()
  const doc = frame.contentDocument
  if (!movable() || !shelf || !frame.isConnected || !doc || !isReady(frame) || spare.length >= KEPT || frame.contentWindow?.location.hash) return frame.remove()
  doc.body.replaceChildren()
  doc.head.querySelectorAll('style').forEach((s) => s.remove())
  frame.removeAttribute('style')
  shelf.moveBefore(frame, null)
  spare.push(frame)
}
