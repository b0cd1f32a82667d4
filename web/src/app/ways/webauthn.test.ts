import { expect, test } from 'vitest'
import { bytes, text } from './webauthn'

test.each(['', 'AA', '-_8', 'SGVsbG8', '____'])('%s there and back', (s) => expect(text(bytes(s))).toBe(s))

test('every byte survives', () => {
  const all = Uint8Array.from({ length: 256 }, (_, n) => n)
  expect([...bytes(text(all))]).toEqual([...all])
  expect(text(all)).not.toMatch(/[+/=]/)
})
