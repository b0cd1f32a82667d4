import { expect, test } from 'vitest'
import { visiblePart } from './preview'

test('what can be seen of a line is kept, and no character is cut in two', () => {
  expect(visiblePart('short', 200)).toBe('short')
  expect(visiblePart('a'.repeat(100), 200)).toBe(`${'a'.repeat(40)}…`)
  expect(visiblePart('會'.repeat(100), 200)).toBe(`${'會'.repeat(15)}…`)
  expect(visiblePart('𠮷'.repeat(20), 130)).toBe(`${'𠮷'.repeat(5)}…`)
  expect(visiblePart(`${'a'.repeat(39)}e\u0301\u0323bbbb`, 200)).toBe(`${'a'.repeat(39)}e\u0301\u0323…`)
  expect(visiblePart('', 0)).toBe('')
})

test('it is never less than what stands in the widest list', () => {
  // Latin text of 14 px is 6.6 px a letter on the average: 200 of them in 1,320 px.
  expect(visiblePart('the council report '.repeat(12), 1320)).toBe('the council report '.repeat(12))
})
