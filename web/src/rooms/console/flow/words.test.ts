import { beforeAll, describe, expect, test } from 'vitest'
import type { FlowRuleSet, Unit } from '~/api/jmap'
import { addTexts, languages, speak, type Language } from '~/kit/i18n'
import { protocolError } from '~/kit/sync/errors'
import type { Office } from '../data'
import { fault, freshRule, freshStep, isFileType, isPattern, isWord, ready } from './model'
import { foundText, notes, ruleRefusal, sentence } from './words'

const office = { units: [{ id: 'u1', parentId: null, names: { en: 'City' } }, { id: 'u2', parentId: 'u1', names: { en: 'Finance' } }] as unknown as Unit[], levels: [], categories: [] } as Office
const levels = new Map([['secret', 'Secret']])

const full = (): FlowRuleSet => ({
  name: 'All',
  isEnabled: true,
  when: { direction: 'out', senderUnits: ['u2'], senders: ['ann@city.example'], recipientUnits: ['u2'], recipients: ['@press.example'], outside: true, level: 'secret', words: ['plan', '計畫'], persons: 3, attachments: { any: false, types: ['.zip', '.exe'], larger: 2_000_000, unreadable: false } },
  unless: { senderUnits: [], senders: ['boss@city.example'], recipientUnits: [], recipients: ['@.gov.example'], encrypted: true },
  then: {
    hold: { steps: [{ ...freshStep(), reviewers: ['a@c.example', 'b@c.example'], all: true, hours: 8, late: 'escalate', escalate: ['m@c.example'] }, { ...freshStep(), reviewers: ['d@c.example'] }], appeal: ['board@c.example'] },
    monitor: 'watch@c.example', journal: true, refuse: '', require: 'both', disclaimer: { text: 'Mind the law.', top: false }, warn: 'Look again.',
  },
})

describe('sentences', () => {
  beforeAll(() => addTexts('mailrules').then(() => addTexts('console')))

  test('a rule is one sentence in English', async () => {
    await speak('en')
    expect(sentence(full(), office, levels)).toBe(
      'Letters that are written here, come from somebody of Finance, come from ann@city.example, go outside the organisation, go to somebody of Finance, go to @press.example, are Secret or higher, hold “plan” or “計畫”, hold at least 3 numbers of persons or cards, and have a file of the kind .zip or .exe over 2 MB: must be signed and encrypted; review by all of a@c.example and b@c.example, then d@c.example before delivery; a copy to watch@c.example; kept in the journal; a text is put below; the writer is warned before sending. Except those that come from boss@city.example, go only to @.gov.example, or are encrypted.',
    )
    expect(notes(full())).toEqual(['After 8 hours it goes to m@c.example', 'Appeals: board@c.example', '“Look again.”', '“Mind the law.”'])
    const head = { ...freshRule(), then: { ...freshRule().then, hold: { steps: [{ ...freshStep(), head: true }, { ...freshStep(), reviewers: ['a@c.example'], head: true, all: true }], appeal: [] as string[] } } }
    expect(sentence(head, office, levels)).toContain('review by the head of the sender’s unit, then all of a@c.example and the head of the sender’s unit before delivery')
    const closed = { ...freshRule(), when: { ...freshRule().when, outside: false, attachments: { any: false, types: [] as string[], larger: 0, unreadable: true } } }
    expect(sentence(closed, office, levels)).toBe('Letters that are written here and have a file that cannot be looked into: nothing yet.')
    const every = { ...freshRule(), when: { ...freshRule().when, direction: '', outside: false } }
    expect(sentence(every, office, levels)).toBe('Every letter: nothing yet.')
    expect(foundText(['person', 'plan'])).toBe('number of a person, “plan”')
  })

  test.each(Object.keys(languages) as Language[])('every part is said in %s', async (language) => {
    await speak(language)
    const said = [sentence(full(), office, levels), ...notes(full())].join(' ')
    expect(said).not.toMatch(/mailrules\.|\{|\}|undefined/)
    for (const part of ['Finance', 'ann@city.example', '@press.example', 'Secret', '計畫', '3', '.zip', 'a@c.example', 'd@c.example', 'watch@c.example', 'boss@city.example', '@.gov.example', 'm@c.example', 'board@c.example']) expect(said).toContain(part)
  })

  test('what the server refuses is said with what to do', async () => {
    await speak('en')
    expect(ruleRefusal(protocolError('invalidArguments', 'x@y.example is no shared mailbox of this organisation.'))).toContain('x@y.example cannot stand here')
    expect(ruleRefusal(protocolError('invalidArguments', 'There is no unit u9.'))).toContain('Please correct this: There is no unit u9.')
    expect(ruleRefusal(protocolError('stateMismatch', ''))).toContain('cannot be changed now')
    expect(ruleRefusal(protocolError('forbidden', ''))).not.toContain('mailrules')
  })
})

test('what is missing is said, the first thing first', () => {
  const r = (change: (r: FlowRuleSet) => void): FlowRuleSet => {
    const x = full()
    change(x)
    return x
  }
  expect(fault(full())).toBeUndefined()
  expect(fault(r((x) => (x.then.hold!.steps[0] = { ...freshStep(), head: true })))).toBeUndefined()
  expect(fault(r((x) => { x.when.direction = 'in'; x.then.warn = ''; x.then.hold!.steps[0] = { ...freshStep(), head: true } }))).toBe('mailrules.need.sender')
  expect(fault(r((x) => (x.then.hold!.steps[0]!.reviewers = ['Ann'])))).toBe('mailrules.wrong.address')
  expect(fault(freshRule())).toBe('mailrules.need.name')
  expect(fault({ ...freshRule(), name: 'x' })).toBe('mailrules.need.then')
  expect(fault(r((x) => (x.when.persons = 1.5)))).toBe('mailrules.need.persons')
  expect(fault(r((x) => (x.when.attachments = { any: false, types: [], larger: 0, unreadable: false })))).toBe('mailrules.need.files')
  expect(fault(r((x) => (x.when.attachments = { any: false, types: [], larger: Number.NaN, unreadable: false })))).toBe('mailrules.need.size')
  expect(fault(r((x) => (x.then.refuse = 'no')))).toBe('mailrules.need.refuseAlone')
  expect(fault(r((x) => (x.when.direction = 'in')))).toBe('mailrules.need.writer')
  expect(fault(r((x) => (x.then.monitor = 'watch')))).toBe('mailrules.need.monitor')
  expect(fault(r((x) => (x.then.disclaimer = { text: ' ', top: true })))).toBe('mailrules.need.text')
  expect(fault(r((x) => (x.then.hold!.steps[1] = freshStep())))).toBe('mailrules.need.reviewer')
  expect(fault(r((x) => (x.then.hold!.steps[0]!.hours = 0)))).toBe('mailrules.need.late')
  expect(fault(r((x) => (x.then.hold!.steps[0]!.hours = 9999)))).toBe('mailrules.need.hours')
  expect(fault(r((x) => (x.then.hold!.steps[0]!.escalate = [])))).toBe('mailrules.need.escalate')
  // What is in a field that is closed does not go out.
  const late = ready(r((x) => (x.then.hold!.steps[0]!.late = 'refuse')))
  expect(late.then.hold!.steps[0]!.escalate).toEqual([])
})

test.each([
  [isPattern, ['ann@city.example', '@city.example', '@.city.example'], ['ann', '@', '@.', 'a b@c.d', '@a..b', 'a@b,c@d']],
  [isWord, ['plan', 'plan*', '計畫'], ['a*b', '*', '**']],
  [isFileType, ['.zip', '.tar.gz', 'application/pdf', 'image/*'], ['zip', '.', '*/*', 'a/b/c', 'a/', '.x.', 'a/b;c']],
])('%o takes what the server takes', (is, good, bad) => {
  for (const s of good) expect(is(s), s).toBe(true)
  for (const s of bad) expect(is(s), s).toBe(false)
})
