import { useSyncExternalStore } from 'react'
import { t } from '~/kit/i18n'

export interface Toast {
  id: number
  text: string
  kind: 'done' | 'error'
  undo?: () => void | Promise<void>
  /** A further act besides undo, such as looking at what was sent. */
  act?: { label: string; run: () => void }
  seconds: number
}

/** How long an act can be undone, in seconds. */
export const UNDO_SECONDS = 8

let toasts: readonly Toast[] = []
let serial = 0
const listeners = new Set<() => void>()
const timers = new Map<number, { timer: ReturnType<typeof setTimeout>; onExpire?: () => void }>()

function emit(next: readonly Toast[]): void {
  toasts = next
  listeners.forEach((fn) => fn())
}

/** Tells what was done, and offers the way back for a while. */
export function say(text: string, options: Partial<Omit<Toast, 'id' | 'text'>> & { onExpire?: () => void } = {}): number {
  const { onExpire, ...rest } = options
  const toast: Toast = { id: ++serial, text, kind: 'done', seconds: UNDO_SECONDS, ...rest }
  // Two at a time are read; more would only cover the work.
  const keep = toasts.slice(-1)
  for (const old of toasts) if (!keep.includes(old)) expire(old.id)
  emit([...toasts, toast])
  timers.set(toast.id, { timer: setTimeout(() => expire(toast.id), toast.seconds * 1000), onExpire })
  return toast.id
}

export function sayError(text: string): number {
  return say(text, { kind: 'error', seconds: 12 })
}

function expire(id: number): void {
  const entry = timers.get(id)
  timers.delete(id)
  clearTimeout(entry?.timer)
  emit(toasts.filter((x) => x.id !== id))
  entry?.onExpire?.()
}

export function dismiss(id: number): void {
  expire(id)
}

/** Takes back one act, or with no id the newest that can be taken back. */
export function undo(id?: number): void {
  const toast = id === undefined ? toasts.findLast((x) => x.undo) : toasts.find((x) => x.id === id)
  if (!toast?.undo) return
  const entry = timers.get(toast.id)
  timers.delete(toast.id)
  clearTimeout(entry?.timer)
  emit(toasts.filter((x) => x.id !== toast.id))
  void Promise.resolve(toast.undo()).catch(() => sayError(t('error.undo')))
}

export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(
    (fn) => {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
    () => toasts,
  )
}
