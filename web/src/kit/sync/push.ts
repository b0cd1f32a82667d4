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
}

/**
 * Push listens for state changes by EventSource (RFC 8620 section 7.3). When
 * the stream cannot be opened, as behind some proxies, it falls back to asking
 * at intervals and keeps trying the stream with growing pauses.
 */
export class Push {
  private source: EventSource | null = null
  private poll: ReturnType<typeof setInterval> | undefined
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
  }

  private open(): void {
    this.close()
    if (this.stopped) return
    if (this.poll === undefined) this.o.onLiveness('connecting')
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
    this.poll ??= setInterval(() => this.o.onCatchUp(), (this.o.pollSeconds ?? 15) * 1000)
    clearTimeout(this.retry)
    this.retry = setTimeout(() => this.open(), Math.min(60_000, 1000 * 2 ** Math.min(this.failures, 6)))
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
