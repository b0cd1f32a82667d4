import { useEffect, useState } from 'react'

/** A provider of the agency's own, by which one may sign in. */
export interface Way {
  id: string
  name: string
}

/** What is offered beside address and password. */
export interface Ways {
  apply: boolean
  certificate: boolean
  /** A text that a card signed lets in. */
  card: boolean
  /** There are regulations that everybody may read. */
  rulebook: boolean
  providers: Way[]
}

/** The ways in, once known. Without an answer one signs in by the password, as where there are no others. */
export function useWays(): Ways | null {
  const [ways, setWays] = useState<Ways | null>(null)
  useEffect(() => {
    void fetch('/auth/ways')
      .then(async (r) => r.ok && setWays((await r.json()) as Ways))
      .catch(() => undefined)
  }, [])
  return ways
}
