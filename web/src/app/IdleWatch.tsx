import { Suspense, lazy, useEffect, useState } from 'react'
import { withTexts } from '~/kit/i18n'
import { signOut } from './session'

const IdleWarning = lazy(() => withTexts('offline', () => import('./IdleWarning')))
/** How long before the end the person is warned: time enough to answer (WCAG 2.2.1 asks for 20 s). */
const WARN = 120

/** Ends the session after a time without use, with a warning first; `wipe` takes away what is kept here. */
export function IdleWatch({ seconds, wipe, onEnd }: { seconds: number; wipe: () => Promise<void>; onEnd: () => void }) {
  const [left, setLeft] = useState<number | null>(null)
  useEffect(() => {
    let used = Date.now()
    let warned = false
    const warn = Math.min(WARN, seconds / 2)
    const use = (): void => {
      if (!warned) used = Date.now()
    }
    const events = ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const
    events.forEach((e) => addEventListener(e, use, { capture: true, passive: true }))
    const stay = (): void => {
      used = Date.now()
      warned = false
      setLeft(null)
      void fetch('/auth/me').catch(() => {})
    }
    const timer = setInterval(() => {
      const rest = Math.ceil(seconds - (Date.now() - used) / 1000)
      warned = rest <= warn
      setLeft(warned ? Math.max(0, rest) : null)
      if (rest > 0) return
      clearInterval(timer)
      // Before anything that needs the line, since there may be none.
      void wipe().finally(() => signOut().catch(() => {}).finally(onEnd))
    }, 1000)
    addEventListener('chancery:stay', stay)
    return () => {
      clearInterval(timer)
      events.forEach((e) => removeEventListener(e, use, { capture: true }))
      removeEventListener('chancery:stay', stay)
    }
  }, [seconds, wipe, onEnd])
  if (left === null) return null
  return (
    <Suspense>
      <IdleWarning left={left} onStay={() => dispatchEvent(new Event('chancery:stay'))} />
    </Suspense>
  )
}
