import { afterEach, describe, expect, test, vi } from 'vitest'
import { cleanup, renderHook } from '@testing-library/react'
import { setPrefs } from '~/kit/prefs'
import { useKeys } from '.'
import { composing } from './ime'

function press(key: string, part: KeyboardEventInit & { keyCode?: number } = {}, on: Element = document.body): void {
  const e = new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...part })
  if (part.keyCode) Object.defineProperty(e, 'keyCode', { value: part.keyCode })
  on.dispatchEvent(e)
}

afterEach(() => {
  cleanup()
  document.body.innerHTML = ''
  setPrefs({ shortcuts: true })
})

// As recorded: Zhuyin and Hangul end with an Enter that still composes, Telex
// and one Pinyin method with an Enter that only code 229 gives away.
const traces: [string, KeyboardEventInit & { key: string; keyCode?: number }][] = [
  ['Zhuyin', { key: 'Enter', isComposing: true }],
  ['Hangul', { key: 'e', isComposing: true, keyCode: 229 }],
  ['Pinyin after compositionend', { key: 'Enter', isComposing: false, keyCode: 229 }],
  ['Telex', { key: 's', isComposing: false, keyCode: 229 }],
]

describe('keys', () => {
  test.each(traces)('nothing acts while composing: %s', (_, e) => {
    const act = vi.fn()
    renderHook(() => useKeys({ Enter: act, e: act, s: act }))
    press(e.key, e)
    expect(act).not.toHaveBeenCalled()
    press(e.key)
    expect(act).toHaveBeenCalledOnce()
  })

  test('letters typed into a field are text', () => {
    const act = vi.fn()
    renderHook(() => useKeys({ e: act, 'mod+k': act }))
    const input = document.body.appendChild(document.createElement('input'))
    press('e', {}, input)
    expect(act).not.toHaveBeenCalled()
    press('k', { ctrlKey: true }, input)
    expect(act).toHaveBeenCalledOnce()
  })

  test('single keys can be turned off, Ctrl keys stay', () => {
    const act = vi.fn()
    renderHook(() => useKeys({ e: act, 'mod+z': act }))
    setPrefs({ shortcuts: false })
    press('e')
    expect(act).not.toHaveBeenCalled()
    press('z', { ctrlKey: true })
    expect(act).toHaveBeenCalledOnce()
  })

  test('the newest layer wins and leaves with its component', () => {
    const under = vi.fn()
    const over = vi.fn()
    renderHook(() => useKeys({ e: under }))
    const top = renderHook(() => useKeys({ e: over }))
    press('e')
    top.unmount()
    press('e')
    expect([over.mock.calls.length, under.mock.calls.length]).toEqual([1, 1])
  })

  test('composing asks both signs', () => {
    expect([composing({ isComposing: true }), composing({ keyCode: 229 }), composing({ keyCode: 13 }), composing({ nativeEvent: { isComposing: true } })]).toEqual([true, true, false, true])
  })
})
