import { afterEach, describe, expect, test, vi } from 'vitest'
import { cleanup, renderHook } from '@testing-library/react'
import { fold, score } from '~/app/keys/find'
import { chooseKeys, commands } from '~/app/keys/commands'
import { setPrefs } from '~/kit/prefs'
import { useKeys } from '.'
import { keyCaps, keyNames, shownKey } from './names'

const some = [
  { id: 'next', keys: ['j', 'ArrowDown'], outlook: ['ArrowDown'] },
  { id: 'junk', keys: ['!'], outlook: ['j'] },
  { id: 'reply', keys: ['r'] },
  { id: 'new', keys: ['c'], outlook: ['n'] },
]

const press = (key: string, init: KeyboardEventInit = {}): boolean => document.body.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true, ...init }))

afterEach(() => {
  cleanup()
  setPrefs({ keyNames: {}, keyPreset: 'gmail', ownKeys: {} })
})

describe('sets of keys', () => {
  test('the default set renames nothing', () => expect(keyNames(some, 'gmail', {})).toEqual({}))

  test('the Outlook set moves keys and frees the old ones', () =>
    expect(keyNames(some, 'outlook', {})).toEqual({ j: '!', n: 'c', '!': '', c: '' }))

  test('what the person chose wins over both', () => {
    expect(keyNames(some, 'gmail', { reply: 'q' })).toEqual({ q: 'r', r: '' })
    // Taking the key of another command leaves that one without.
    expect(keyNames(some, 'gmail', { reply: 'c' })).toEqual({ c: 'r', r: '' })
    expect(keyNames(some, 'gmail', { reply: '' })).toEqual({ r: '' })
  })

  test('pressed keys follow the set, and tips show the key to press', () => {
    const [fresh, junk] = [vi.fn(), vi.fn()]
    renderHook(() => useKeys({ c: fresh, '!': junk }))
    chooseKeys('outlook', {})
    press('c')
    press('n')
    press('j')
    expect([fresh.mock.calls.length, junk.mock.calls.length]).toEqual([1, 1])
    expect([shownKey('c'), shownKey('!'), shownKey('e')]).toEqual(['n', 'j', 'e'])
    chooseKeys('gmail', { 'mail.new': 'mod+y' })
    press('y', { ctrlKey: true })
    expect(fresh).toHaveBeenCalledTimes(2)
  })

  test('a key moved to Ctrl does not act on words being written', () => {
    const fresh = vi.fn()
    renderHook(() => useKeys({ c: fresh }))
    chooseKeys('gmail', { 'mail.new': 'mod+y' })
    const input = document.body.appendChild(document.createElement('input'))
    input.dispatchEvent(new KeyboardEvent('keydown', { key: 'y', ctrlKey: true, bubbles: true }))
    expect(fresh).not.toHaveBeenCalled()
    input.remove()
  })

  test('no key of a set stands for two commands', () => {
    for (const set of ['gmail', 'outlook'] as const) {
      const all = commands.flatMap((c) => (set === 'outlook' ? (c.outlook ?? c.keys ?? []) : (c.keys ?? [])))
      expect(all.length, set).toBe(new Set(all).size)
    }
  })

  test.each([['mod+Enter', ['Ctrl', 'Enter']], ['I', ['Shift', 'I']], ['ArrowDown', ['↓']], ['#', ['#']], ['mod+ ', ['Ctrl', 'Space']]])('%s is written %j', (key, caps) => expect(keyCaps(key, false)).toEqual(caps))
})

describe('finding a command', () => {
  test.each([['Đăng xuất', 'dang xuat'], ['Réponse', 'REPONSE']])('%s is found by %s', (name, typed) => expect(score(name, typed)).toBeGreaterThan(0))
  test('the beginning of a name is better than its middle', () => expect(score('Archive', 'arch')).toBeGreaterThan(score('Search', 'arch')))
  test('Han and Hangul are found by any part', () => expect([score('標為已讀', '已讀') > 0, score('보관', '보') > 0, score('封存', '刪')]).toEqual([true, true, 0]))
  test('folding', () => expect(fold('Đường ÂÊÔ')).toBe('duong aeo'))
})
