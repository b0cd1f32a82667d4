import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { StateChange } from '~/api/jmap'
import { Push, type Liveness } from './push'

class Stream extends EventTarget {
  static all: Stream[] = []
  closed = false
  readyState = 0
  constructor(readonly url: string) {
    super()
    Stream.all.push(this)
  }
  close(): void {
    this.closed = true
  }
  say(type: string, data?: string): void {
    this.dispatchEvent(data === undefined ? new Event(type) : new MessageEvent(type, { data }))
  }
}

let heard: { changes: StateChange[]; catchUps: number; lives: Liveness[] }
let push: Push

beforeEach(() => {
  vi.useFakeTimers()
  Stream.all = []
  heard = { changes: [], catchUps: 0, lives: [] }
  push = new Push({
    url: 'http://x/events?types={types}&closeafter={closeafter}&ping={ping}',
    onChange: (c) => heard.changes.push(c),
    onCatchUp: () => heard.catchUps++,
    onLiveness: (l) => heard.lives.push(l),
    source: (u) => new Stream(u) as unknown as EventSource,
    pollSeconds: 10,
  })
  push.start()
})
afterEach(() => {
  push.stop()
  vi.useRealTimers()
})
const last = (): Stream => Stream.all.at(-1) as Stream

describe('Push', () => {
  test('fills in the template and hears changes', () => {
    expect(last().url).toBe('http://x/events?types=*&closeafter=no&ping=30')
    last().say('open')
    last().say('state', JSON.stringify({ '@type': 'StateChange', changed: { a: { Email: '2' } } }))
    expect(heard.changes[0]?.changed).toEqual({ a: { Email: '2' } })
    expect(heard.catchUps).toBe(0)
  })

  test('what it cannot read still means that something changed', () => {
    last().say('open')
    last().say('state', '{')
    expect(heard.catchUps).toBe(1)
  })

  test('without a stream it asks at intervals, while it keeps trying the stream', () => {
    last().say('error')
    for (let i = 0; i < 6; i++) {
      vi.advanceTimersByTime(5_000)
      last().say('error')
    }
    expect(heard.catchUps).toBe(3)
    expect(Stream.all.length).toBe(3)
    expect(heard.lives.at(-1)).toBe('polling')
  })

  test('once the stream is back it asks once for what it missed, and stops asking', () => {
    last().say('open')
    last().say('error')
    vi.advanceTimersByTime(2_000)
    last().say('open')
    expect(heard.catchUps).toBe(1)
    vi.advanceTimersByTime(60_000)
    expect(heard.catchUps).toBe(1)
    expect(heard.lives.at(-1)).toBe('live')
  })

  test('stopped is stopped', () => {
    push.stop()
    expect(last().closed).toBe(true)
    vi.advanceTimersByTime(120_000)
    expect([Stream.all.length, heard.catchUps]).toEqual([1, 0])
  })
})

describe('long poll', () => {
  const begin = (longPoll: (since: string) => Promise<{ mark: string; change: StateChange | null }>): Push => {
    push.stop()
    push = new Push({ url: 'http://x/{types}', onChange: (c) => heard.changes.push(c), onCatchUp: () => heard.catchUps++, onLiveness: (l) => heard.lives.push(l), source: (u) => new Stream(u) as unknown as EventSource, pollSeconds: 10, longPoll })
    push.start()
    return push
  }
  const change: StateChange = { '@type': 'StateChange', changed: { a: { Email: '3' } } }

  test('takes over where the stream is blocked, and ends when it is back', async () => {
    const since: string[] = []
    let answer: ((p: { mark: string; change: StateChange | null }) => void) | undefined
    begin((s) => {
      since.push(s)
      return new Promise((resolve) => (answer = resolve))
    })
    last().say('error')
    answer?.({ mark: 'm1', change: null })
    await vi.advanceTimersByTimeAsync(10)
    expect(heard.catchUps).toBe(1)
    answer?.({ mark: 'm2', change })
    await vi.advanceTimersByTimeAsync(10)
    expect(heard.changes).toEqual([change])
    expect(since).toEqual(['', 'm1', 'm2'])
    await vi.advanceTimersByTimeAsync(2000)
    last().say('open')
    answer?.({ mark: 'm3', change: null })
    await vi.advanceTimersByTimeAsync(5000)
    expect(since).toHaveLength(3)
  })

  test('falls back to intervals where waiting requests fail too', async () => {
    begin(() => Promise.reject(new Error('cut off')))
    last().say('error')
    await vi.advanceTimersByTimeAsync(40_000)
    expect(heard.catchUps).toBeGreaterThan(1)
  })

  test('an empty answer at once makes no storm', async () => {
    let asked = 0
    begin(async () => {
      asked++
      return { mark: 'same', change: null }
    })
    last().say('error')
    await vi.advanceTimersByTimeAsync(10_000)
    expect(asked).toBeLessThan(8)
  })
})
