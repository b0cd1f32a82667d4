import { afterEach, expect, test } from 'vitest'
import { setPrefs } from '~/kit/prefs'
import { dateGroup } from './group'

afterEach(() => setPrefs({ zone: '', calendar: 'gregory' }))
const now = new Date('2026-11-19T03:00:00Z') // a Thursday, eleven in Taipei

test.each([
  ['2026-11-19T01:00:00Z', 'Today'],
  ['2026-11-18T16:30:00Z', 'Today'],
  ['2026-11-18T15:30:00Z', 'Yesterday'],
  ['2026-11-16T02:00:00Z', 'This week'],
  ['2026-11-15T15:59:00Z', 'Last week'],
  ['2026-11-09T00:00:00Z', 'Last week'],
  ['2026-11-08T00:00:00Z', 'November 2026'],
  ['2025-12-31T17:00:00Z', 'January 2026'],
  ['2026-11-19T17:00:00Z', 'Tomorrow'],
  ['2027-02-01T00:00:00Z', 'February 2027'],
])('%s stands under %s', (iso, label) => {
  setPrefs({ zone: 'Asia/Taipei' })
  expect(dateGroup(iso, now)?.label).toBe(label)
})

test('by the zone of the person, and by ROC years where chosen', () => {
  setPrefs({ zone: 'UTC' })
  expect(dateGroup('2026-11-18T16:30:00Z', now)?.label).toBe('Yesterday')
  setPrefs({ calendar: 'roc' })
  expect(dateGroup('2025-03-01T00:00:00Z', now)?.label).toMatch(/114/)
  expect(dateGroup('nonsense', now)).toBeNull()
})

test('over the end of a year and on a Monday', () => {
  setPrefs({ zone: 'UTC' })
  const monday = new Date('2027-01-04T12:00:00Z')
  expect(['2027-01-03T12:00:00Z', '2027-01-02T12:00:00Z', '2026-12-27T12:00:00Z'].map((x) => dateGroup(x, monday)?.label)).toEqual(['Yesterday', 'Last week', 'December 2026'])
})
