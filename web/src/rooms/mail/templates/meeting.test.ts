import { describe, expect, test } from 'vitest'
import { parseInvitation } from '../content/ics'
import { meetingFault, meetingField, meetingRequest, readMeeting, type Meeting } from './meeting'

const meeting: Meeting = { start: '2026-12-01T14:00', end: '2026-12-01T15:30', zone: 'Asia/Taipei', place: '市政府 301 會議室; 2F, 東側' }
const letter = {
  uid: 'u1@city.example', subject: '道路預算會議，第 2 次', text: 'Line one\nLine two, with a comma',
  organizer: { name: '林雅庭', email: 'lin@city.example' },
  to: [{ name: 'Nguyễn "An" Văn', email: 'an@city.example' }, { name: null, email: 'b@out.example' }], cc: [{ name: '김민수', email: 'kim@city.example' }], stamp: new Date('2026-11-22T01:00:00Z'),
}
const ics = meetingRequest(meeting, letter)

test('a text that our own card shows as it was meant', () => {
  const i = parseInvitation(ics)
  expect(i).toMatchObject({ method: 'REQUEST', title: letter.subject, place: meeting.place, text: letter.text, organizer: '林雅庭 <lin@city.example>' })
  expect(i?.people.map((p) => p.name)).toEqual(['Nguyễn An Văn <an@city.example>', 'b@out.example', '김민수 <kim@city.example>'])
  expect([i?.start?.date.toISOString(), i?.end?.date.toISOString()]).toEqual(['2026-12-01T06:00:00.000Z', '2026-12-01T07:30:00.000Z'])
})

test('the form of RFC 5545', () => {
  expect(ics.split('\r\n').every((l) => new TextEncoder().encode(l).length <= 75)).toBe(true)
  expect(ics.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
  const lines = ics.replaceAll('\r\n ', '').split('\r\n')
  expect(lines).toEqual(expect.arrayContaining(['METHOD:REQUEST', 'UID:u1@city.example', 'DTSTART;TZID=Asia/Taipei:20261201T140000', 'TZOFFSETTO:+0800', 'DTSTAMP:20261122T010000Z', 'DESCRIPTION:Line one\\nLine two\\, with a comma']))
  expect(lines.filter((l) => l.startsWith('ATTENDEE'))).toHaveLength(3)
})

test.each<[string, string, string[]]>([
  ['UTC', '2026-12-01T14:00', ['DTSTART:20261201T140000Z']],
  ['America/New_York', '2026-07-01T14:00', ['DTSTART;TZID=America/New_York:20260701T140000', 'TZOFFSETTO:-0400']],
  ['Asia/Kathmandu', '2026-07-01T14:00', ['TZOFFSETTO:+0545']],
])('a meeting in %s', (zone, start, want) => {
  const text = meetingRequest({ ...meeting, zone, start, end: start.replace('14:', '16:') }, letter)
  expect(text.replaceAll('\r\n ', '').split('\r\n')).toEqual(expect.arrayContaining(want))
  expect(text.includes('VTIMEZONE')).toBe(zone !== 'UTC')
})

test('clocks that change during the meeting are told', () => {
  const text = meetingRequest({ ...meeting, zone: 'America/New_York', start: '2026-10-31T20:00', end: '2026-11-01T08:00' }, letter)
  expect(text).toMatch(/DTSTART:20261101T020000\r\nTZOFFSETFROM:-0400\r\nTZOFFSETTO:-0500/)
})

test('nothing of a name or a place can make a line of its own', () => {
  const evil = meetingRequest({ ...meeting, place: 'x\r\nATTENDEE:mailto:evil@x.example' }, { ...letter, to: [{ name: 'a"\r\nEVIL:1', email: 'a@x.example\r\nEVIL:2' }], cc: [] })
  const lines = evil.replaceAll('\r\n ', '').split('\r\n')
  expect(lines.filter((l) => l.startsWith('ATTENDEE'))).toHaveLength(1)
  expect(lines.filter((l) => l.startsWith('EVIL'))).toEqual([])
})

describe('the field of a draft', () => {
  test('is read as it was written', () => expect(readMeeting(meetingField(meeting))).toEqual(meeting))
  test('without a place', () => expect(readMeeting(meetingField({ ...meeting, place: ' ' }))).toEqual({ ...meeting, place: '' }))
  test('nonsense is no meeting', () => expect(readMeeting('tomorrow at noon')).toBeUndefined())
})

test.each<[string, string, string | null]>([
  ['2026-12-01T14:00', '2026-12-01T15:00', null],
  ['2026-12-01T14:00', '2026-12-01T14:00', 'end'],
  ['', '2026-12-01T14:00', 'when'],
])('%s to %s', (start, end, fault) => expect(meetingFault({ ...meeting, start, end })).toBe(fault))
