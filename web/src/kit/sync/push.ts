import type { StateChange } from '~/api/jmap'

export type Liveness = 'connecting' | 'live' | 'polling' | 'offline'

export interface PushOptions {
  url: string
  onChange: (change: StateChange) => void
  /** Asked to look for changes by itself: after a gap, and while polling. */
  onCatchUp: () => void
  onLiveness: (l: Liveness) => void
  source?: (url: string) => EventSource
  pollSeconds?: number
  /** Asks by a request that waits for a change; absent, changes are looked for at intervals. */
  longPoll?: (since: string, signal: AbortSignal) => Promise<{ mark: string; change: StateChange | null }>
}

/**
 * Push listens for state changes by EventSource (RFC 8620 section 7.3). When
 * the stream cannot be opened, as behind some proxies, it falls back to
 * requests that wait for a change, and where even those are cut off, to asking
 * at intervals; it keeps trying the stream with growing pauses.
 */
export class Push {
  private source: EventSource | null = null
  private poll: ReturnType<typeof setInterval> | undefined
  private waiting: AbortController | undefined
  private mark = ''
  private retry: ReturnType<typeof setTimeout> | undefined
  private failures = 0
  private stopped = false
  private everOpen = false

  constructor(private readonly o: PushOptions) {}

  start(): void {
    this.stopped = false
    addEventListener('online', this.wake)
    addEventListener('offline', this.lost)
    document.addEventListener('visibilitychange', this.visible)
    this.open()
  }

  stop(): void {
    this.stopped = true
    removeEventListener('online', this.wake)
    removeEventListener('offline', this.lost)
    document.removeEventListener('visibilitychange', this.visible)
    this.close()
    this.stopPolling()
  }

  private close(): void {
    this.source?.close()
    this.source = null
    clearTimeout(this.retry)
  }

  private stopPolling(): void {
    clearInterval(this.poll)
    this.poll = undefined
    this.waiting?.abort()
    this.waiting = undefined
  }

  private open(): void {
    this.close()
    if (this.stopped) return
    if (this.poll === undefined && !this.waiting) this.o.onLiveness('connecting')
    const url = this.o.url.replace('{types}', '*').replace('{closeafter}', 'no').replace('{ping}', '30')
    const source = (this.o.source ?? ((u) => new EventSource(u, { withCredentials: true })))(url)
    this.source = source
    source.addEventListener('open', () => {
      this.failures = 0
      this.stopPolling()
      this.o.onLiveness('live')
      // What happened while nobody listened was not told; ask once.
      if (this.everOpen) this.o.onCatchUp()
      this.everOpen = true
    })
    source.addEventListener('state', (e) => this.heard(e as MessageEvent<string>))
    source.addEventListener('error', () => this.broke())
  }

  private heard(e: MessageEvent<string>): void {
    try {
      this.o.onChange(JSON.parse(e.data) as StateChange)
    } catch {
      this.o.onCatchUp() // Something changed; what, we could not read.
    }
  }

  private broke(): void {
    if (this.stopped) return
    this.failures++
    this.source?.close()
    this.o.onLiveness(navigator.onLine ? 'polling' : 'offline')
    // Asking goes on while the stream is tried again.
    if (this.o.longPoll) void this.ask()
    else this.pollAtIntervals()
    clearTimeout(this.retry)
    this.retry = setTimeout(() => this.open(), Math.min(60_000, 1000 * 2 ** Math.min(this.failures, 6)))
  }

  private pollAtIntervals(): void {
    this.poll ??= setInterval(() => this.o.onCatchUp(), (this.o.pollSeconds ?? 15) * 1000)
  }

  /** Asks again and again, each time to be answered when something changes. */
  private async ask(): Promise<void> {
    if (this.waiting) return
    const waiting = new AbortController()
    this.waiting = waiting
    this.mark = ''
    let failed = 0
    while (!waiting.signal.aborted && this.o.longPoll) {
      const begun = Date.now()
      try {
        const { mark, change } = await this.o.longPoll(this.mark, waiting.signal)
        failed = 0
        // What happened before the first answer was told by nobody.
        if (this.mark === '') this.o.onCatchUp()
        else if (change) this.o.onChange(change)
        // A proxy that answers for the server must not make a storm of us.
        else if (Date.now() - begun < 500) await pause(2000, waiting.signal)
        this.mark = mark
      } catch {
        if (waiting.signal.aborted) return
        // Where waiting requests are cut off too, only looking at intervals is left.
        if (++failed >= 3) this.pollAtIntervals()
        await pause(Math.min(60_000, 1000 * 2 ** failed), waiting.signal)
      }
    }
  }

  private wake = (): void => {
    this.failures = 0
    this.open()
    this.o.onCatchUp()
  }

  private lost = (): void => this.o.onLiveness('offline')

  private visible = (): void => {
    if (document.visibilityState === 'visible' && this.source?.readyState === EventSource.CLOSED) this.wake()
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
