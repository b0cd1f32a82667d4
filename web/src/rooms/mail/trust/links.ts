import { linkDoubt, type LinkDoubt } from './domains'

/** Where a link under the pointer or the focus leads. */
export interface Target {
  href: string
  host: string
  doubt: LinkDoubt | null
}

const LONG_PRESS = 450

/**
 * Watches the links of a document or of a part of one: tells where one leads while it is pointed
 * at, focused or pressed for long, and asks before one is followed that leads
 * elsewhere than it says: in its text, or in data-says where the words stand
 * beside it.
 */
export function guardLinks(doc: Pick<Document, 'addEventListener' | 'removeEventListener'>, show: (t: Target | null) => void, ask: (t: Target) => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let held = false
  const find = (e: Event): Target | null => {
    const a = (e.target as Element | null)?.closest?.('a[href]')
    const href = a?.getAttribute('href') ?? ''
    if (!a || href.startsWith('#')) return null
    const doubt = linkDoubt(href, a.getAttribute('data-says') ?? a.textContent ?? '')
    return { href, host: doubt?.host ?? hostOf(href), doubt: doubt?.doubt ?? null }
  }
  const on = (e: Event): void => show(find(e))
  const off = (): void => show(null)
  const press = (e: Event): void => {
    clearTimeout(timer)
    held = false
    const t = find(e)
    if (t) timer = setTimeout(() => { held = true; show(t) }, LONG_PRESS)
    else show(null)
  }
  const release = (): void => clearTimeout(timer)
  const click = (e: Event): void => {
    const t = find(e)
    if (!t) return
    if (held) {
      // A long press asks where it leads; it does not go there.
      held = false
      e.preventDefault()
    } else if (t.doubt) {
      e.preventDefault()
      ask(t)
    }
  }
  const listeners: [string, (e: Event) => void][] = [
    ['mouseover', on], ['mouseout', off], ['focusin', on], ['focusout', off],
    ['touchstart', press], ['touchend', release], ['touchmove', release], ['click', click], ['auxclick', click],
  ]
  for (const [name, fn] of listeners) doc.addEventListener(name, fn, { passive: name.startsWith('touch') })
  return () => {
    clearTimeout(timer)
    for (const [name, fn] of listeners) doc.removeEventListener(name, fn)
  }
}

function hostOf(href: string): string {
  try {
    return new URL(href).hostname
  } catch {
    return ''
  }
}
