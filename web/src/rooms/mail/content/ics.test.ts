import { describe, expect, test } from 'vitest'
import { parseInvitation } from './ics'

const wrap = (...lines: string[]): string => ['BEGIN:VCALENDAR', 'METHOD:REQUEST', 'BEGIN:VEVENT', ...lines, 'END:VEVENT', 'END:VCALENDAR'].join('\r\n')

describe('parseInvitation', () => {
  test('reads what a card shows', () => {
    const i = parseInvitation(wrap('SUMMARY:第三次會議\\, 延期', 'LOCATION:第一', '  會議室', 'ORGANIZER;CN="林雅庭":mailto:lin@city.example', 'ATTENDEE;CN=Ann;PARTSTAT=ACCEPTED:mailto:ann@city.example', 'DTSTART;TZID=Taipei Standard Time:20251120T140000', 'DURATION:PT1H30M', 'RRULE:FREQ=WEEKLY', 'BEGIN:VALARM', 'DESCRIPTION:not this', 'END:VALARM'))
    expect(i).toMatchObject({ method: 'REQUEST', title: '第三次會議, 延期', place: '第一 會議室', organizer: '林雅庭 <lin@city.example>', people: [{ name: 'Ann <ann@city.example>', state: 'ACCEPTED' }], repeats: true, cancelled: false, text: '' })
    expect(i?.start?.date.toISOString()).toBe('2025-11-20T06:00:00.000Z')
    expect(i?.end?.date.toISOString()).toBe('2025-11-20T07:30:00.000Z')
  })

  test.each([
    ['DTSTART:20251120T060000Z', '2025-11-20T06:00:00.000Z', false],
    ['DTSTART;TZID=America/New_York:20250701T120000', '2025-07-01T16:00:00.000Z', false],
    ['DTSTART;TZID="Asia/Ho_Chi_Minh":20251120T130000', '2025-11-20T06:00:00.000Z', false],
  ])('%s', (line, iso, day) => {
    const s = parseInvitation(wrap(line))?.start
    expect([s?.date.toISOString(), s?.allDay]).toEqual([iso, day])
  })

  test('a day is a day', () => expect(parseInvitation(wrap('DTSTART;VALUE=DATE:20251120'))?.start?.allDay).toBe(true))
  test('a cancelled one says so', () => expect(parseInvitation(wrap('STATUS:CANCELLED'))?.cancelled).toBe(true))
  test.each(['', 'BEGIN:VCALENDAR', 'nonsense\n\n;;;:', 'BEGIN:VTODO'])('%j is none', (text) => expect(parseInvitation(text)).toBeNull())
  test('a broken one is read as far as it goes', () => expect(parseInvitation('BEGIN:VEVENT\nSUMMARY:x\nDTSTART:soon')).toMatchObject({ title: 'x', start: null }))
})
