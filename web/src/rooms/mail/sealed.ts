import DOMPurify, { type DOMPurify as Purifier } from 'dompurify'

let sealed: Promise<Window> | null = null
let ready: { window: Window; purifier: Purifier } | null = null

/**
 * Strangers' HTML is parsed in the window of a hidden frame that has no
 * scripts, no network, and a policy that allows inline styles. Parsed in the
 * client's own window, every style attribute would be refused and reported by
 * the client's stricter policy.
 */
export async function openSealed(): Promise<void> {
  sealed ??= new Promise((resolve, reject) => {
    const frame = document.createElement('iframe')
    frame.hidden = true
    frame.title = ''
    frame.setAttribute('aria-hidden', 'true')
    frame.setAttribute('sandbox', 'allow-same-origin')
    frame.src = '/mail-frame.html'
    frame.onload = () => (frame.contentWindow?.document.body ? resolve(frame.contentWindow) : reject(new Error('sealed frame')))
    frame.onerror = () => reject(new Error('sealed frame'))
    document.body.append(frame)
  })
  try {
    const window = await sealed
    ready ??= { window, purifier: DOMPurify(window as Window & typeof globalThis) }
  } catch (e) {
    sealed = null
    throw e
  }
}

function place(): { window: Window; purifier: Purifier } {
  // Where frames are not loaded, as in unit tests, the own window must do.
  return ready ?? { window, purifier: DOMPurify }
}

export function purifier(): Purifier {
  return place().purifier
}

/** An empty document of the sealed window. */
export function sealedDocument(): Document {
  return place().window.document.implementation.createHTMLDocument('')
}

/** Parses HTML without running or fetching any of it. */
export function parseSealed(html: string): Document {
  const w = place().window as Window & typeof globalThis
  return new w.DOMParser().parseFromString(html, 'text/html')
}
