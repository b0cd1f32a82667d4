import { CORE, type Session } from '~/api/jmap'
import { SyncError, asSyncError, protocolError } from './errors'

type Args = Record<string, unknown>
type Invocation = [name: string, args: Args, callId: string]

/** A call that has been put into a request but need not have been answered yet. */
export interface Pending<T> {
  readonly id: string
  readonly name: string
  readonly result: Promise<T>
  /** RFC 8620 section 3.7: the answer of this call as an argument of a later one. */
  ref(path: string): { resultOf: string; name: string; path: string }
}

interface Slot {
  invocation: Invocation
  settle: (value: unknown) => void
  fail: (e: SyncError) => void
}

export type Fetch = (url: string, init?: RequestInit) => Promise<Response>

/**
 * Transport sends JMAP calls. Everything that is asked for in the same turn of
 * the event loop travels in one HTTP request; calls of one group are never
 * separated, because they may refer to each other.
 */
export class Transport {
  private queue: Slot[][] = []
  private next = 0
  private scheduled = false
  private readonly using: string[]
  readonly maxCalls: number

  constructor(
    readonly session: Session,
    private readonly fetcher: Fetch = (url, init) => fetch(url, init),
    private readonly onFailure: (e: SyncError) => void = () => {},
    private readonly onSuccess: () => void = () => {},
  ) {
    this.using = Object.keys(session.capabilities)
    const core = session.capabilities[CORE] ?? {}
    this.maxCalls = typeof core['maxCallsInRequest'] === 'number' ? core['maxCallsInRequest'] : 16
  }

  /** Sends one call that the browser goes on with when the page is left; nobody hears the answer. */
  leave(name: string, args: Args): void {
    void this.post([[name, args, `c${this.next++}`]], { keepalive: true }).catch(() => {})
  }

  call<T>(name: string, args: Args): Promise<T> {
    return this.group().add<T>(name, args).result
  }

  group(): Group {
    const slots: Slot[] = []
    this.queue.push(slots)
    if (!this.scheduled) {
      this.scheduled = true
      queueMicrotask(() => queueMicrotask(() => this.flush()))
    }
    return new Group(slots, () => `c${this.next++}`)
  }

  private flush(): void {
    this.scheduled = false
    const groups = this.queue.filter((g) => g.length > 0)
    this.queue = []
    let batch: Slot[] = []
    for (const g of groups) {
      if (batch.length > 0 && batch.length + g.length > this.maxCalls) {
        void this.send(batch)
        batch = []
      }
      batch = batch.concat(g)
    }
    if (batch.length > 0) void this.send(batch)
  }

  private async send(slots: Slot[]): Promise<void> {
    try {
      const answers = await this.post(slots.map((s) => s.invocation))
      this.onSuccess()
      for (const s of slots) {
        const [name, , id] = s.invocation
        const mine = answers.filter((a) => a[2] === id)
        // A set with onSuccessUpdateEmail is answered twice under one call id
        // (RFC 8621 section 7.5); the answer to the call bears its name.
        const a = mine.find((m) => m[0] === name) ?? mine[0]
        if (!a) s.fail(protocolError('serverPartialFail'))
        else if (a[0] === 'error') s.fail(protocolError(String(a[1]['type']), a[1]['description'] as string | null))
        else s.settle(a[1])
      }
    } catch (e) {
      const err = asSyncError(e)
      this.onFailure(err)
      for (const s of slots) s.fail(err)
    }
  }

  private async post(methodCalls: Invocation[], init: RequestInit = {}): Promise<Invocation[]> {
    const res = await this.fetcher(this.session.apiUrl, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Accept: 'application/json' },
      body: JSON.stringify({ using: this.using, methodCalls }),
      ...init,
    })
    if (res.status === 401) throw new SyncError('signedOut', 'unauthorized')
    if (!res.ok) throw await problem(res)
    const body = (await res.json()) as { methodResponses: Invocation[] }
    return body.methodResponses
  }
}

/** Calls that refer to each other and so must share one request. */
export class Group {
  constructor(
    private readonly slots: Slot[],
    private readonly nextId: () => string,
  ) {}

  add<T>(name: string, args: Args): Pending<T> {
    const id = this.nextId()
    const result = new Promise<T>((resolve, reject) => {
      this.slots.push({ invocation: [name, args, id], settle: (v) => resolve(v as T), fail: reject })
    })
    // A caller that only wants the last answer of a group must not leave the
    // others as unhandled rejections.
    result.catch(() => {})
    return { id, name, result, ref: (path) => ({ resultOf: id, name, path }) }
  }
}

/** Reads a problem document (RFC 7807), which RFC 8620 section 3.6.1 prescribes. */
export async function problem(res: Response): Promise<SyncError> {
  let type = `http${res.status}`
  let detail = res.statusText
  try {
    const p = (await res.json()) as { type?: string; title?: string; detail?: string }
    type = p.type?.split(':').pop() ?? type
    detail = p.detail ?? p.title ?? detail
  } catch {
    // Not every proxy between us and the server speaks JSON.
  }
  if (res.status === 413) return new SyncError('tooLarge', type, detail)
  if (res.status === 401) return new SyncError('signedOut', type, detail)
  if (res.status === 403) return new SyncError('refused', type, detail)
  // Gateways answer these while the server restarts; to a person that is the
  // same as having no connection.
  if (res.status === 502 || res.status === 503 || res.status === 504) return new SyncError('offline', type, detail)
  return new SyncError('server', type, detail)
}
