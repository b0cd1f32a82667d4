import { useCallback, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import type { QueryView } from '~/kit/sync/view'

/** Which row has the cursor and which are chosen; both survive updates of the list. */
export interface ListState {
  cursor: string | undefined
  selected: ReadonlySet<string>
  /** Every row of the place is chosen, those not loaded included. */
  everything: boolean
  setCursor: (id: string | undefined) => void
  /** Moves the cursor by rows and returns where it went. */
  move: (by: number) => string | undefined
  toggle: (id: string) => void
  /** From the last toggled row to this one, as with Shift. */
  extend: (id: string) => void
  selectLoaded: () => void
  selectEverything: () => void
  clear: () => void
  /** The row to go to once these are gone. */
  after: (gone: ReadonlySet<string>) => string | undefined
}

export function useList(view: QueryView): ListState {
  const version = useSyncExternalStore(view.subscribe, view.snapshot)
  const [cursor, setCursor] = useState<string>()
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set())
  const [everything, setEverything] = useState(false)
  const anchor = useRef<string>(undefined)
  const base = useRef<ReadonlySet<string>>(new Set())
  const place = useRef(0)

  useEffect(() => {
    setCursor(undefined)
    setSelected(new Set())
    setEverything(false)
    place.current = 0
  }, [view])

  // What left the list is no longer chosen.
  useEffect(() => {
    setSelected((old) => {
      if (old.size === 0) return old
      const rows = new Set(view.rows)
      const kept = [...old].filter((id) => rows.has(id))
      return kept.length === old.size ? old : new Set(kept)
    })
    if (cursor !== undefined && view.indexOf(cursor) >= 0) place.current = view.indexOf(cursor)
  }, [view, version, cursor])

  const move = useCallback(
    (by: number) => {
      const rows = view.rows
      const at = cursor === undefined ? -1 : view.indexOf(cursor)
      const from = at >= 0 ? at : by > 0 ? place.current - 1 : place.current
      const to = Math.max(0, Math.min(rows.length - 1, from + by))
      const id = rows[to]
      if (id !== undefined) {
        place.current = to
        setCursor(id)
      }
      return id
    },
    [view, cursor],
  )

  return useMemo(
    () => ({
      cursor,
      selected,
      everything,
      setCursor,
      move,
      toggle: (id) => {
        anchor.current = id
        setEverything(false)
        setSelected((old) => {
          const next = new Set(old)
          if (!next.delete(id)) next.add(id)
          base.current = next
          return next
        })
      },
      extend: (id) => {
        // With nothing chosen yet, the range begins at the cursor.
        if (selected.size === 0) {
          anchor.current = cursor
          base.current = new Set()
        }
        const a = anchor.current === undefined ? -1 : view.indexOf(anchor.current)
        const b = view.indexOf(id)
        const [from, to] = a < 0 ? [b, b] : [Math.min(a, b), Math.max(a, b)]
        const ids = view.rows.slice(from, to + 1).filter((x): x is string => x !== undefined)
        setEverything(false)
        setSelected(new Set([...base.current, ...ids]))
      },
      selectLoaded: () => setSelected(new Set(view.rows.filter((x): x is string => x !== undefined))),
      selectEverything: () => {
        setSelected(new Set(view.rows.filter((x): x is string => x !== undefined)))
        setEverything(true)
      },
      clear: () => {
        setSelected(new Set())
        setEverything(false)
      },
      after: (gone) => {
        const rows = view.rows
        const first = rows.findIndex((id) => id !== undefined && gone.has(id))
        for (let i = Math.max(first, 0); i < rows.length; i++) if (rows[i] && !gone.has(rows[i] as string)) return rows[i]
        for (let i = first - 1; i >= 0; i--) if (rows[i] && !gone.has(rows[i] as string)) return rows[i]
        return undefined
      },
    }),
    [cursor, selected, everything, move, view],
  )
}
