import type { QueryChangesResponse, QueryResponse } from '~/api/jmap'
import { SyncError, asSyncError } from './errors'
import type { Group, Pending, Transport } from './transport'

/** How many ids are asked for at once. */
export const PAGE = 50

/** RFC 8620 section 5.5; keyword as in RFC 8621 section 4.4.2. */
export interface Comparator {
  property: string
  isAscending: boolean
  keyword?: string
}

export interface ViewSpec {
  accountId: string
  type: string
  filter: unknown
  sort: Comparator[]
  /** Further arguments of the query, such as collapseThreads. */
  extra?: Record<string, unknown>
  /** Adds the calls that fetch what the rows of this query show. */
  follow(group: Group, query: Pending<QueryResponse> | string[]): Promise<void>
}

/**
 * QueryView is a window onto a long sorted list of the server: the total is
 * known, ids are fetched by position where somebody looks, and the list is
 * kept current with queryChanges (RFC 8620 section 5.6). Rows that were hidden
 * by an optimistic act stay hidden until the server agrees or it is undone.
 */
export class QueryView {
  private ids: (string | undefined)[] = []
  private stale = new Set<number>()
  private loading = new Map<number, Promise<void>>()
  private hidden = new Map<string, number>()
  private shown: (string | undefined)[] = []
  private listeners = new Set<() => void>()
  private queryState: string | null = null
  private incremental = false
  private refreshing: Promise<void> | null = null
  private again = false
  private moves = 0
  private watched: [number, number] = [0, PAGE]
  /** Undefined until the first answer; only then may a screen say "nothing here". */
  total: number | undefined
  error: SyncError | null = null
  version = 0

  constructor(
    private readonly transport: Transport,
    readonly spec: ViewSpec,
  ) {}

  /** The ids as they are to be shown; a hole is a row not fetched yet. */
  get rows(): readonly (string | undefined)[] {
    return this.shown
  }

  indexOf(id: string): number {
    return this.shown.indexOf(id)
  }

  subscribe = (fn: () => void): (() => void) => {
    this.listeners.add(fn)
    return () => this.listeners.delete(fn)
  }

  snapshot = (): number => this.version

  /** Fetches what is missing between two positions. */
  async ensure(from: number, to: number): Promise<void> {
    this.watched = [from, to]
    const jobs: Promise<void>[] = []
    const last = this.total === undefined ? from : Math.min(to, this.total - 1)
    for (let page = Math.floor(Math.max(0, from) / PAGE); page * PAGE <= last; page++) {
      if (this.loading.has(page)) jobs.push(this.loading.get(page) as Promise<void>)
      else if (!this.complete(page)) jobs.push(this.load(page))
    }
    await Promise.all(jobs)
  }

  private complete(page: number): boolean {
    if (this.total === undefined || this.stale.has(page)) return false
    const end = Math.min((page + 1) * PAGE, this.total)
    for (let i = page * PAGE; i < end; i++) if (this.ids[i] === undefined) return false
    return true
  }

  private load(page: number): Promise<void> {
    const job = this.fetchPage(page).finally(() => this.loading.delete(page))
    this.loading.set(page, job)
    return job
  }

  private args(): Record<string, unknown> {
    const { accountId, filter, sort, extra } = this.spec
    return { accountId, filter, sort, ...extra }
  }

  private async fetchPage(page: number, tries = 0): Promise<void> {
    const moves = this.moves
    const group = this.transport.group()
    const query = group.add<QueryResponse>(`${this.spec.type}/query`, {
      ...this.args(),
      position: page * PAGE,
      limit: PAGE,
      calculateTotal: true,
    })
    const details = this.spec.follow(group, query)
    details.catch(() => {}) // when the query itself fails, that is what is reported
    try {
      const q = await query.result
      await details
      // Changes were taken over meanwhile: these positions are those of a list that was.
      if (moves !== this.moves && tries < 3) return await this.fetchPage(page, tries + 1)
      this.error = null
      this.incremental = q.canCalculateChanges
      const total = q.total ?? Math.max(this.ids.length, q.position + q.ids.length)
      if (this.queryState !== null && this.queryState !== q.queryState) {
        // The list moved under us: what other pages hold may have shifted.
        for (let p = 0; p * PAGE < this.ids.length; p++) if (p !== page) this.stale.add(p)
      }
      this.queryState = q.queryState
      this.total = total
      this.ids.length = total
      this.stale.delete(page)
      this.place(q.ids, q.position)
      this.changed()
    } catch (e) {
      this.error = asSyncError(e)
      this.changed()
    }
  }

  /** Puts ids at positions and takes them from wherever they stood before, in one pass: the list may be long. */
  private place(ids: readonly string[], from: number): void {
    const news = new Set(ids)
    this.ids.forEach((id, i) => {
      if (id !== undefined && news.has(id)) this.ids[i] = undefined
    })
    ids.forEach((id, i) => (this.ids[from + i] = id))
  }

  /** Brings the view up to date after the server told of a change. */
  refresh(): Promise<void> {
    if (this.total === undefined) return Promise.resolve()
    if (this.refreshing) {
      this.again = true
      return this.refreshing
    }
    this.refreshing = this.update().finally(() => {
      this.refreshing = null
      if (this.again) {
        this.again = false
        void this.refresh()
      }
    })
    return this.refreshing
  }

  private async update(): Promise<void> {
    if (this.incremental && this.queryState) {
      try {
        await this.applyChanges(this.queryState)
        return
      } catch (e) {
        const err = asSyncError(e)
        if (err.kind === 'offline' || err.kind === 'signedOut') return
        // cannotCalculateChanges and tooManyChanges: read the window again.
      }
    }
    for (let p = 0; p * PAGE < this.ids.length || p === 0; p++) this.stale.add(p)
    await this.ensure(...this.watched)
  }

  private async applyChanges(since: string): Promise<void> {
    const prefix = this.prefix()
    const upToId = prefix > 0 && prefix < this.ids.length ? this.ids[prefix - 1] : undefined
    const { accountId, filter, sort, extra } = this.spec
    const c = await this.transport.call<QueryChangesResponse>(`${this.spec.type}/queryChanges`, {
      accountId,
      filter,
      sort,
      ...extra,
      sinceQueryState: since,
      maxChanges: 500,
      calculateTotal: true,
      ...(upToId ? { upToId } : {}),
    })
    const news = c.added.map((a) => a.id)
    if (news.length > 0) {
      const group = this.transport.group()
      await this.spec.follow(group, news)
    }
    for (const id of c.removed) {
      const at = this.ids.indexOf(id)
      if (at >= 0) this.ids.splice(at, 1)
    }
    // RFC 8620 section 5.6: added items come in ascending order of index.
    for (const { id, index } of c.added) {
      while (this.ids.length < index) this.ids.push(undefined)
      this.ids.splice(index, 0, id)
    }
    if (c.newQueryState !== since) this.moves++
    this.queryState = c.newQueryState
    if (c.total !== undefined) this.total = c.total
    this.ids.length = this.total ?? this.ids.length
    if (upToId && (c.removed.length > 0 || c.added.length > 0)) {
      for (let p = Math.floor(prefix / PAGE); p * PAGE < this.ids.length; p++) this.stale.add(p)
    }
    this.changed()
    await this.ensure(...this.watched)
  }

  /** How many rows from the top are known without a gap. */
  private prefix(): number {
    let n = 0
    while (n < this.ids.length && this.ids[n] !== undefined && !this.stale.has(Math.floor(n / PAGE))) n++
    return n
  }

  /** Hides rows at once; the returned function shows them again. */
  hide(ids: readonly string[]): () => void {
    for (const id of ids) this.hidden.set(id, (this.hidden.get(id) ?? 0) + 1)
    this.changed()
    let done = false
    return () => {
      if (done) return
      done = true
      for (const id of ids) {
        const n = (this.hidden.get(id) ?? 1) - 1
        if (n > 0) this.hidden.set(id, n)
        else this.hidden.delete(id)
      }
      this.changed()
    }
  }

  private changed(): void {
    this.shown = this.hidden.size === 0 ? this.ids.slice() : without(this.ids, this.hidden)
    this.version++
    this.listeners.forEach((fn) => fn())
  }
}

// A plain filter() would drop the holes, which stand for rows not fetched yet.
function without(ids: (string | undefined)[], hidden: Map<string, number>): (string | undefined)[] {
  const out: (string | undefined)[] = []
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]
    if (id === undefined || !hidden.has(id)) out.push(id)
  }
  return out
}
