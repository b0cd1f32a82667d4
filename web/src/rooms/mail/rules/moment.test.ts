import { expect, test } from 'vitest'
import { prefs, setPrefs } from '~/kit/prefs'
import { fromField, toField } from './moment'

test('a moment goes through the field unchanged, to the minute, in the zone of the person', () => {
  const { zone } = prefs()
  for (const own of ['', 'Asia/Taipei', 'America/New_York']) {
    setPrefs({ zone: own })
    expect(fromField(toField('2026-11-21T08:30:00Z'))).toBe('2026-11-21T08:30:00Z')
  }
  setPrefs({ zone: 'Asia/Taipei' })
  expect(toField('2026-11-21T08:30:00Z')).toBe('2026-11-21T16:30')
  setPrefs({ zone })
  expect(toField(null)).toBeNull()
  expect(fromField(null)).toBeNull()
  expect(fromField('nonsense')).toBeNull()
})
