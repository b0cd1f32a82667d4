import { useSyncExternalStore } from 'react'
import { t } from '~/kit/i18n'

export interface Toast {
  id: number
  text: string
  kind: 'done' | 'error' | 'working'
  /** For work that goes on: the part that is done, 0 to 1. */
  progress?: number
  undo?: () => void | Promise<void>
  /** A further act besides undo, such as looking at what was sent. */
  act?: { label: string; run: () => void }
  seconds: number
}

/** How long an act can be undone, in seconds. */
export const UNDO_SECONDS = 8

let toasts: readonly Toast[] = []
// What was done before and is no longer shown can still be taken back by Ctrl-Z.
let past: readonly { id: number; undo: () => void | Promise<void> }[] = []
const PAST = 20
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
  // Two at a time are read; more would only cover the work. What still goes on stays in view.
  const keep = [...toasts.filter((x) => x.kind === 'working'), ...toasts.filter((x) => x.kind !== 'working').slice(-1)]
  for (const old of toasts) if (!keep.includes(old)) expire(old.id)
  emit([...toasts, toast])
  timers.set(toast.id, { timer: setTimeout(() => expire(toast.id), toast.seconds * 1000), onExpire })
  return toast.id
}

export function sayError(text: string): number {
  return say(text, { kind: 'error', seconds: 12 })
}

/** Changes what a toast says, such as how far long work has come. */
export function update(id: number, part: Partial<Pick<Toast, 'text' | 'progress' | 'kind'>>): void {
  if (!toasts.some((x) => x.id === id)) return
  emit(toasts.map((x) => (x.id === id ? { ...x, ...part } : x)))
  // Work that has ended stays in view as long as anything else that was done.
  const entry = timers.get(id)
  if (part.kind && part.kind !== 'working' && entry) {
    clearTimeout(entry.timer)
    entry.timer = setTimeout(() => expire(id), UNDO_SECONDS * 1000)
  }
}

function expire(id: number): void {
  const entry = timers.get(id)
  const toast = toasts.find((x) => x.id === id)
  // What becomes final with its toast, as sending does, cannot be taken back later.
  if (toast?.undo && entry && !entry.onExpire) past = [...past, { id, undo: toast.undo }].slice(-PAST)
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
  const last = past.at(-1)
  if (!toast?.undo) {
    if (id !== undefined || !last) return
    past = past.slice(0, -1)
    return void Promise.resolve(last.undo()).catch(() => sayError(t('error.undo')))
  }
  const entry = timers.get(toast.id)
  timers.delete(toast.id)
  clearTimeout(entry?.timer)
  emit(toasts.filter((x) => x.id !== toast.id))
  void Promise.resolve(toast.undo()).catch(() => sayError(t('error.undo')))
}

/** Whether there is anything to take back. */
export function canUndo(): boolean {
  return past.length > 0 || toasts.some((x) => x.undo)
}

/** Forgets what could be taken back, as at sign-out. */
export function forgetUndo(): void {
  past = []
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
