import { createContext, useContext } from 'react'
import type { Liveness } from '~/kit/sync/push'
import type { Mirror } from '~/kit/offline/mirror'
import type { Me } from './session'

/** The person at work, and the way out. */
export interface Person {
  me: Me
  leave: () => void
  /** The copy in this browser, where the person wants one. */
  mirror: Mirror | null
}

export const PersonContext = createContext<Person | null>(null)
export const LivenessContext = createContext<Liveness>('connecting')

export function usePerson(): Person {
  const p = useContext(PersonContext)
  if (!p) throw new Error('usePerson outside a session')
  return p
}

export function useLiveness(): Liveness {
  return useContext(LivenessContext)
}
