import { useCallback, useEffect, useRef, useState } from 'react'
import type { AuditEntry, AuditFilter, AuditLook } from '~/api/jmap'
import type { AdminApi } from '../data'

const PAGE = 100

/** How many rows before the end the next page is asked for. */
export const AHEAD = 30

interface Shown {
  entries: AuditEntry[]
  next: string | null
  /** How far back was looked, where there is more. */
  until: string | null
}

/** The entries that a filter keeps, page by page; what is added meanwhile moves none. */
export function useEntries(api: AdminApi, filter: Partial<AuditFilter>) {
  const [shown, setShown] = useState<Shown | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [turn, setTurn] = useState(0)
  const busy = useRef(false)
  const era = useRef(0)
  const fetch = useCallback(async (after: string | null, before: AuditEntry[]) => {
    busy.current = true
    const mine = era.current
    try {
      const a = await api.call<AuditLook>('AuditEntry/look', { filter, after, limit: PAGE })
      if (mine !== era.current) return
      setError(null)
      setShown({ entries: [...before, ...a.list], next: a.next, until: a.until })
    } catch (e) {
      if (mine === era.current) setError(e)
    } finally {
      if (mine === era.current) busy.current = false
    }
  }, [api, filter])
  useEffect(() => {
    era.current++
    setShown(null)
    setError(null)
    void fetch(null, [])
  }, [fetch, turn])
  const more = useCallback(() => {
    if (shown?.next && !busy.current) void fetch(shown.next, shown.entries)
  }, [fetch, shown])
  return { shown, error, more, reload: useCallback(() => setTurn((n) => n + 1), []) }
}
