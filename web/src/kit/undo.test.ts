import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { renderHook } from '@testing-library/react'
import { dismiss, say, undo, UNDO_SECONDS, useToasts } from './undo'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.advanceTimersByTime(60_000)
  vi.useRealTimers()
})
const shown = (): string[] => renderHook(() => useToasts()).result.current.map((t) => t.text)

describe('undo', () => {
  test('lasts eight seconds and then takes effect', () => {
    const done = vi.fn()
    say('sent', { undo: () => {}, onExpire: done })
    vi.advanceTimersByTime(UNDO_SECONDS * 1000 - 1)
    expect(shown()).toEqual(['sent'])
    expect(done).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(shown()).toEqual([])
    expect(done).toHaveBeenCalledOnce()
  })

  test('taking back is not also taking effect', () => {
    const done = vi.fn()
    const back = vi.fn()
    const id = say('sent', { undo: back, onExpire: done })
    undo(id)
    vi.advanceTimersByTime(20_000)
    expect([back.mock.calls.length, done.mock.calls.length]).toEqual([1, 0])
  })

  test('without a name the newest that can be undone is', () => {
    const first = vi.fn()
    const second = vi.fn()
    say('one', { undo: first })
    say('two', { undo: second })
    undo()
    undo()
    undo()
    expect([first.mock.calls.length, second.mock.calls.length]).toEqual([1, 1])
  })

  test('dismissed means accepted, and a third pushes the first out', () => {
    const done = vi.fn()
    dismiss(say('one', { onExpire: done }))
    expect(done).toHaveBeenCalledOnce()
    say('a', { onExpire: done })
    say('b')
    say('c')
    expect(shown()).toEqual(['b', 'c'])
    expect(done).toHaveBeenCalledTimes(2)
  })
})
