import { expect, test } from 'vitest'
import type { HouseRule, ServiceLevel } from '~/api/jmap'
import { addTexts } from '~/kit/i18n'
import { levelsUnder } from './words'

const level = (name: string, totalPeople: number, more: Partial<ServiceLevel> = {}): ServiceLevel => ({ id: name, names: { en: name }, quota: 0, without: [], maxMessage: 0, maxAttachments: 0, maxRecipients: 0, maxHourly: 0, maxDaily: 0, sortOrder: 0, totalPeople, ...more })
const rule = (key: string, value: string): HouseRule => ({ key, value, source: 'file' })
const levels = [level('Staff', 40), level('Contract', 12, { maxHourly: 50, maxDaily: 200, without: ['forward'] }), level('Guests', 1, { maxHourly: 500, without: ['outside'] })]

test.each([
  ['mail.letters_per_hour', '300', ['Contract, 12 people: 50']],
  ['mail.letters_per_hour', '0', ['Contract, 12 people: 50', 'Guests, 1 person: 500']],
  ['mail.recipients_per_day', '100', []],
  ['mail.forward_outside', 'true', ['Contract, 12 people: No', 'Guests, 1 person: No']],
  ['mail.forward_outside', 'false', []],
  ['passwords.min_length', '10', []],
])('%s = %s', async (key, value, lines) => {
  await addTexts('policy')
  expect(levelsUnder(rule(key, value), levels)).toEqual(lines)
})
