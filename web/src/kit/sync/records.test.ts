import { describe, expect, test, vi } from 'vitest'
import { RecordStore } from './records'

interface Thing {
  id: string
  n: number
  tag?: string
}

describe('RecordStore', () => {
  test('merges what comes and keeps what was not sent', () => {
    const s = new RecordStore<Thing>()
    s.put([{ id: 'a', n: 1, tag: 'x' }])
    s.put([{ id: 'a', n: 2 }])
    expect(s.get('a')).toEqual({ id: 'a', n: 2, tag: 'x' })
  })

  test('a dropped overlay leaves what the server said meanwhile', () => {
    const s = new RecordStore<Thing>()
    s.put([{ id: 'a', n: 1 }])
    const o = s.overlay('a', (t) => ({ ...t, n: t.n + 10 }))
    s.put([{ id: 'a', n: 5 }])
    expect(s.get('a')?.n).toBe(15)
    o.drop()
    expect(s.get('a')?.n).toBe(5)
  })

  test('a kept overlay becomes the base, once', () => {
    const s = new RecordStore<Thing>()
    s.put([{ id: 'a', n: 1 }])
    const o = s.overlay('a', (t) => ({ ...t, n: t.n + 1 }))
    o.keep()
    o.keep()
    o.drop()
    expect(s.get('a')?.n).toBe(2)
  })

  test('overlays lie one upon the other and go in any order', () => {
    const s = new RecordStore<Thing>()
    s.put([{ id: 'a', n: 1 }])
    const first = s.overlay('a', (t) => ({ ...t, n: t.n * 10 }))
    const second = s.overlay('a', (t) => ({ ...t, n: t.n + 1 }))
    expect(s.get('a')?.n).toBe(11)
    first.drop()
    expect(s.get('a')?.n).toBe(2)
    second.drop()
    expect(s.get('a')?.n).toBe(1)
  })

  test('the same value is the same object until something changes', () => {
    const s = new RecordStore<Thing>()
    s.put([{ id: 'a', n: 1 }])
    s.overlay('a', (t) => ({ ...t, n: 2 }))
    expect(s.get('a')).toBe(s.get('a'))
  })

  test('forgets only what nobody looks at', () => {
    const s = new RecordStore<Thing>()
    s.put(Array.from({ length: 10 }, (_, i) => ({ id: `r${i}`, n: i })))
    s.subscribe('r0', () => {})
    s.overlay('r1', (t) => t)
    s.prune(4)
    expect(s.ids()).toEqual(['r0', 'r1', 'r8', 'r9'])
  })

  test('tells listeners once a turn', async () => {
    const s = new RecordStore<Thing>()
    const heard = vi.fn()
    const off = s.subscribe('a', heard)
    s.put([{ id: 'a', n: 1 }, { id: 'b', n: 1 }])
    s.put([{ id: 'a', n: 2 }])
    await Promise.resolve()
    expect(heard).toHaveBeenCalledTimes(1)
    off()
    s.put([{ id: 'a', n: 3 }])
    await Promise.resolve()
    expect(heard).toHaveBeenCalledTimes(1)
  })

  test('tells what is gone at the server, held here or not, and when anything may be', () => {
    const store = new RecordStore<{ id: string; n: number }>()
    store.put([{ id: 'a', n: 1 }])
    store.state = '7'
    const told: (readonly string[] | null)[] = []
    const stop = store.onGone((ids) => told.push(ids))
    store.remove(['a', 'elsewhere'])
    store.remove([])
    store.doubt()
    expect(store.state).toBe(null)
    stop()
    store.remove(['a'])
    expect(told).toEqual([['a', 'elsewhere'], null])
  })
})
