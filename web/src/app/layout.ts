import { useSyncExternalStore } from 'react'

/** Phone: one pane; tablet: list and thing; desktop: places, list and thing. */
export type Layout = 'phone' | 'tablet' | 'desktop'

const phone = typeof matchMedia === 'function' ? matchMedia('(max-width: 719px)') : null
const desktop = typeof matchMedia === 'function' ? matchMedia('(min-width: 1180px)') : null

export function useLayout(): Layout {
  return useSyncExternalStore(
    (fn) => {
      phone?.addEventListener('change', fn)
      desktop?.addEventListener('change', fn)
      return () => {
        phone?.removeEventListener('change', fn)
        desktop?.removeEventListener('change', fn)
      }
    },
    () => (phone?.matches ? 'phone' : desktop?.matches ? 'desktop' : 'tablet'),
  )
}
