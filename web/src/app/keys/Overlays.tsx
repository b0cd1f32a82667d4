import { Suspense, lazy, useSyncExternalStore } from 'react'
import { withTexts } from '~/kit/i18n'
import { useKeys } from '~/kit/keys'
import type { MailEngine } from '~/rooms/mail/engine'

const Palette = lazy(() => withTexts('palette', () => import('./Palette')))
const HelpKeys = lazy(() => withTexts('palette', () => import('./HelpKeys')))

type Open = 'palette' | 'help' | null
let open: Open = null
const listeners = new Set<() => void>()

function show(next: Open): void {
  open = next
  listeners.forEach((fn) => fn())
}

/** Opens the page of keys. */
export const openHelp = (): void => show('help')
/** Opens the command palette. */
export const openPalette = (): void => show('palette')

/** What may be called from everywhere: the palette (Ctrl-K) and the page of keys (?). */
export function Overlays({ engine }: { engine: MailEngine }) {
  const now = useSyncExternalStore(
    (fn) => {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
    () => open,
  )
  useKeys({ '?': openHelp, 'mod+k': openPalette })
  const close = (): void => show(null)
  return (
    <Suspense>
      {now === 'palette' && <Palette engine={engine} onClose={close} />}
      {now === 'help' && <HelpKeys onClose={close} />}
    </Suspense>
  )
}
