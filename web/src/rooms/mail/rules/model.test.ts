import { describe, expect, test } from 'vitest'
import { blank, complete, fields, fromLetter, moved, opsOf } from './model'

describe('rules', () => {
  test('a blank rule cannot be saved; one with a name, a text and a folder can', () => {
    const r = blank()
    expect(complete(r)).toBe(false)
    expect(complete({ ...r, name: 'a', conditions: [{ field: 'from', op: 'contains', value: 'x' }], actions: [{ type: 'fileInto', value: 'f1' }] })).toBe(true)
    expect(complete({ ...r, name: 'a', conditions: [{ field: 'attachment', op: 'exists', value: '' }], actions: [{ type: 'flag' }] })).toBe(true)
    expect(complete({ ...r, name: 'a', conditions: [{ field: 'header', op: 'exists', value: '' }], actions: [{ type: 'flag' }] })).toBe(false)
    expect(complete({ ...r, name: 'a', conditions: [], actions: [{ type: 'flag' }] })).toBe(false)
  })
  test('every field has a comparison, and ids differ', () => {
    for (const f of Object.keys(fields)) expect(opsOf(f).length).toBeGreaterThan(0)
    expect(blank().id).not.toBe(blank().id)
  })
  test('a letter begins a rule for its sender', () => {
    expect(fromLetter('a@b.example', 'Ann')).toMatchObject({ name: 'Ann', conditions: [{ field: 'from', op: 'is', value: 'a@b.example' }] })
  })
  test('moving within a list', () => {
    expect(moved([1, 2, 3], 0, 2)).toEqual([2, 3, 1])
    expect(moved([1, 2, 3], 2, 0)).toEqual([3, 1, 2])
    expect(moved([1, 2, 3], 1, 9)).toEqual([1, 3, 2])
    expect(moved([1], 5, 0)).toEqual([1])
  })
})
