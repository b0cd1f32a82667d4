import { useSyncExternalStore } from 'react'

let counts: Readonly<Record<string, number>> = {}
const listeners = new Set<() => void>()

/** Shows a number beside a room's icon; 0 takes it away. */
export function setBadge(room: string, count: number): void {
  if ((counts[room] ?? 0) === count) return
  counts = { ...counts, [room]: count }
  listeners.forEach((fn) => fn())
  // The number on the icon of the installed program, where the system has one.
  const total = Object.values(counts).reduce((n, c) => n + c, 0)
  void navigator.setAppBadge?.(total).catch(() => {})
}

/** The number of every room. */
export function useBadges(): Readonly<Record<string, number>> {
  return useSyncExternalStore(
    (fn) => {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
    () => counts,
  )
}
