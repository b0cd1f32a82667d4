import { expect, test } from 'vitest'
import { fromInput, toInput } from './moment'

test('a moment goes through the input unchanged, to the minute', () => {
  expect(fromInput(toInput('2026-11-21T08:30:00Z'))).toBe('2026-11-21T08:30:00Z')
  expect(toInput(null)).toBe('')
  expect(fromInput('')).toBeNull()
  expect(fromInput('nonsense')).toBeNull()
})
