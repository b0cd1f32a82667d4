/** How many states are remembered; an answer is not on its way for longer. */
const PAST_STATES = 200

/**
 * RecordStore holds the objects of one type and one account as the server last
 * told them (base), and on top of them the changes that were made here and are
 * not confirmed yet (overlays). What a screen sees is base plus overlays, so a
 * refused change disappears by dropping its overlay, and news from the server
 * that arrive meanwhile are not lost.
 */
export class RecordStore<T extends { id: string }> {
  private base = new Map<string, T>()
  private overlays = new Map<string, Overlay<T>[]>()
  private seen = new Map<string, T>()
  private listeners = new Map<string, Set<() => void>>()
  private anyListeners = new Set<() => void>()
  private goneListeners = new Set<(ids: readonly string[] | null) => void>()
  private dirty = new Set<string>()
  private flushing = false
  version = 0
  private now: string | null = null
  private past = new Set<string>()

  /** The state string of RFC 8620 section 5.1 for this type, once known. */
  get state(): string | null {
    return this.now
  }

  set state(state: string | null) {
    if (this.now !== null && this.now !== state) this.past.add(this.now)
    for (const old of this.past) {
      if (this.past.size <= PAST_STATES) break
      this.past.delete(old)
    }
    if (state !== null) this.past.delete(state)
    this.now = state
  }

  /** Whether an answer of that state is from before what is known: states have no order of their own. */
  isPast(state: string): boolean {
    return this.now !== null && this.past.has(state)
  }

  get(id: string): T | undefined {
    const cached = this.seen.get(id)
    if (cached) return cached
    const base = this.base.get(id)
    if (!base) return undefined
    const value = (this.overlays.get(id) ?? []).reduce((v, o) => o(v), base)
    this.seen.set(id, value)
    return value
  }

  has(id: string): boolean {
    return this.base.has(id)
  }

  all(): T[] {
    return [...this.base.keys()].map((id) => this.get(id) as T)
  }

  ids(): string[] {
    return [...this.base.keys()]
  }

  /** Merges what the server sent; properties it did not send are kept. */
  put(records: readonly (Partial<T> & { id: string })[]): void {
    for (const r of records) {
      const old = this.base.get(r.id)
      this.base.set(r.id, { ...old, ...r } as T)
      this.touch(r.id)
    }
  }

  remove(ids: readonly string[]): void {
    if (ids.length === 0) return
    for (const id of ids) {
      if (this.base.delete(id)) this.touch(id)
    }
    this.goneListeners.forEach((fn) => fn(ids))
  }

  /** The server could not say what changed: anything that is held may be gone. */
  doubt(): void {
    this.state = null
    this.goneListeners.forEach((fn) => fn(null))
  }

  /** Tells which records the server does not have any more, held here or not; null = any may be gone. */
  onGone(fn: (ids: readonly string[] | null) => void): () => void {
    this.goneListeners.add(fn)
    return () => this.goneListeners.delete(fn)
  }

  /** Lays a change over a record until `drop` (refused) or `keep` (confirmed) is called. */
  overlay(id: string, change: Overlay<T>): { drop: () => void; keep: () => void } {
    const list = this.overlays.get(id) ?? []
    list.push(change)
    this.overlays.set(id, list)
    this.touch(id)
    const take = (): boolean => {
      const at = list.indexOf(change)
      if (at < 0) return false
      list.splice(at, 1)
      if (list.length === 0) this.overlays.delete(id)
      this.touch(id)
      return true
    }
    return {
      drop: () => void take(),
      keep: () => {
        const base = this.base.get(id)
        if (take() && base) this.base.set(id, change(base))
      },
    }
  }

  /** Forgets the oldest records that nobody looks at, down to `max`; they can be asked for again. */
  prune(max: number): void {
    if (this.base.size <= max) return
    for (const id of this.base.keys()) {
      if (this.base.size <= max) return
      if (this.listeners.has(id) || this.overlays.has(id)) continue
      this.base.delete(id)
      this.seen.delete(id)
    }
  }

  subscribe(id: string, fn: () => void): () => void {
    const set = this.listeners.get(id) ?? new Set()
    set.add(fn)
    this.listeners.set(id, set)
    return () => {
      set.delete(fn)
      if (set.size === 0) this.listeners.delete(id)
    }
  }

  subscribeAll(fn: () => void): () => void {
    this.anyListeners.add(fn)
    return () => this.anyListeners.delete(fn)
  }

  private touch(id: string): void {
    this.seen.delete(id)
    this.version++
    this.dirty.add(id)
    if (this.flushing) return
    this.flushing = true
    // One notification per turn, however many records an answer brought.
    queueMicrotask(() => {
      this.flushing = false
      const ids = [...this.dirty]
      this.dirty.clear()
      for (const d of ids) this.listeners.get(d)?.forEach((fn) => fn())
      this.anyListeners.forEach((fn) => fn())
    })
  }
}

export type Overlay<T> = (value: T) => T
