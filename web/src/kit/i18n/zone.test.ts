import { expect, test } from 'vitest'
import { civil, fieldInstant, fieldValue, instant, wall, zoneOffset } from './zone'

const H = 3_600_000
test.each([
  ['Asia/Taipei', '2026-03-01T00:00:00Z', 8],
  ['Asia/Kolkata', '2026-03-01T00:00:00Z', 5.5],
  ['America/New_York', '2026-01-15T00:00:00Z', -5],
  ['America/New_York', '2026-07-15T00:00:00Z', -4],
  ['UTC', '2026-07-15T12:34:56Z', 0],
])('%s at %s', (zone, at, hours) => {
  const d = new Date(at)
  expect(zoneOffset(d, zone)).toBe(hours * H)
  expect(instant(wall(d, zone), zone).getTime()).toBe(d.getTime())
})

test('days of the wall, also over the end of a month', () => {
  expect(instant(civil(2026, 12, 32, 8, 30), 'Asia/Ho_Chi_Minh').toISOString()).toBe('2027-01-01T01:30:00.000Z')
})

test('the hour that is left out in spring, and the one that comes twice', () => {
  expect(instant(civil(2026, 3, 8, 2, 30), 'America/New_York').toISOString()).toMatch(/2026-03-08T0[67]:30/)
  expect(wall(instant(civil(2026, 11, 1, 1, 30), 'America/New_York'), 'America/New_York').toISOString()).toBe('2026-11-01T01:30:00.000Z')
})

test('fields of date and time', () => {
  const at = new Date('2026-11-22T01:05:00Z')
  expect(fieldValue(at, 'Asia/Seoul')).toBe('2026-11-22T10:05')
  expect(fieldInstant('2026-11-22T10:05', 'Asia/Seoul')?.getTime()).toBe(at.getTime())
  expect([fieldInstant('', 'UTC'), fieldInstant('2026-13-01T00:00', 'UTC'), fieldInstant('x', 'UTC')]).toEqual([null, null, null])
})
