import { afterEach, expect, test } from 'vitest'
import { fieldValue } from '~/kit/i18n/zone'
import { setPrefs } from '~/kit/prefs'
import { presets, utcDate } from './presets'

afterEach(() => setPrefs({ zone: '' }))

const shown = (kind: Parameters<typeof presets>[0], when: Date): string[] => presets(kind, when).map((p) => `${p.id} ${fieldValue(p.at)}`)

test('on a working morning', () => {
  expect(shown('snooze', new Date(2026, 2, 3, 9, 12))).toEqual(['today 2026-03-03T12:00', 'tomorrow 2026-03-04T08:30', 'monday 2026-03-09T08:30'])
})

test('late in the day nothing more is offered for today', () => {
  expect(shown('send', new Date(2026, 2, 3, 15, 30))).toEqual(['tomorrow 2026-03-04T08:30', 'monday 2026-03-09T08:30'])
})

test('before a weekend tomorrow is not offered', () => {
  expect(shown('snooze', new Date(2026, 2, 6, 16, 0))).toEqual(['monday 2026-03-09T08:30', 'week 2026-03-13T08:30'])
  expect(shown('snooze', new Date(2026, 2, 7, 10, 0))).toEqual(['monday 2026-03-09T08:30', 'week 2026-03-16T08:30'])
})

test('on a Sunday tomorrow is Monday, which is offered once', () => {
  expect(shown('snooze', new Date(2026, 2, 8, 10, 0))).toEqual(['tomorrow 2026-03-09T08:30', 'week 2026-03-16T08:30'])
})

test('on a Monday next week is seven days away', () => {
  expect(shown('snooze', new Date(2026, 2, 9, 16, 0)).at(-1)).toBe('monday 2026-03-16T08:30')
})

test('reminders fall on working days', () => {
  expect(shown('answer', new Date(2026, 2, 5, 9, 0))).toEqual(['tomorrow 2026-03-06T08:30', 'days3 2026-03-09T08:30', 'week 2026-03-12T08:30'])
})

test('at the end of a year', () => {
  expect(shown('snooze', new Date(2026, 11, 31, 16, 0))).toEqual(['tomorrow 2027-01-01T08:30', 'monday 2027-01-04T08:30'])
})

test('a moment has whole seconds in UTC', () => {
  expect(utcDate(new Date(Date.UTC(2026, 2, 3, 4, 5, 6, 789)))).toBe('2026-03-03T04:05:06Z')
})

test('in the zone that the person chose, wherever the device is', () => {
  // Seven on Monday morning in Taipei is still Sunday in London.
  const when = new Date('2026-03-08T23:00:00Z')
  const iso = (): string[] => presets('snooze', when).map((p) => `${p.id} ${p.at.toISOString().slice(0, 16)}`)
  setPrefs({ zone: 'Asia/Taipei' })
  expect(iso()).toEqual(['today 2026-03-09T02:00', 'tomorrow 2026-03-10T00:30', 'monday 2026-03-16T00:30'])
  setPrefs({ zone: 'Europe/London' })
  expect(iso()).toEqual(['tomorrow 2026-03-09T08:30', 'week 2026-03-16T08:30'])
})

test('over a change of clocks the hour of the office stays', () => {
  setPrefs({ zone: 'America/New_York' })
  expect(presets('snooze', new Date('2026-03-06T20:00:00Z')).map((p) => p.at.toISOString())).toContain('2026-03-09T12:30:00.000Z')
})
