import { describe, expect, test } from 'vitest'
import type { Addressee, LetterRequest } from '~/api/jmap'
import { answered, standing, toCsv } from './requests'

const now = Date.parse('2026-03-10T00:00:00Z')
const who = (part: Partial<Addressee> = {}): Addressee => ({ email: 'a@b.example', name: 'A', wasAsked: true, answeredAt: null, answerEmailId: null, remindedAt: null, ...part })
const request = (part: Partial<LetterRequest> = {}): LetterRequest =>
  ({ id: 'q1', emailId: 'e1', messageId: 'm', kind: 'request-for-comment', subject: 's', sentAt: '2026-03-01T00:00:00Z', dueAt: '2026-03-09T00:00:00Z', every: null, period: 1, isClosed: false, addressees: [], ...part })

describe('requests', () => {
  test.each<[string, Partial<LetterRequest>, Partial<Addressee>, string]>([
    ['past its date', {}, {}, 'late'],
    ['before its date', { dueAt: '2026-03-11T00:00:00Z' }, {}, 'waiting'],
    ['without a date', { dueAt: null }, {}, 'waiting'],
    ['closed', { isClosed: true }, {}, 'waiting'],
    ['answered too late', {}, { answeredAt: '2026-03-09T12:00:00Z' }, 'answered'],
  ])('%s', (_, r, a, want) => {
    expect(standing(request(r), who(a), now)).toBe(want)
  })

  test('only those who were asked are counted', () => {
    const r = request({ dueAt: '2020-01-01T00:00:00Z', addressees: [who({ answeredAt: '2020-01-01T00:00:00Z' }), who(), who({ wasAsked: false, answeredAt: '2020-01-01T00:00:00Z' })] })
    expect(answered(r)).toEqual({ done: 1, of: 2, late: 1 })
  })

  test('a table for spreadsheets quotes everything and holds no formula', () => {
    expect(toCsv(['名', 'x'], [['=1+1', 'a "b", c'], ['-2', '@x']])).toBe('\uFEFF"名","x"\r\n"\'=1+1","a ""b"", c"\r\n"\'-2","\'@x"\r\n')
  })
})
