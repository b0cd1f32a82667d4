import type { EmailAddress } from '~/api/jmap'
import { civil, fieldInstant, fieldValue, instant, ownZone, wall, zoneOffset } from '~/kit/i18n/zone'

/** When and where a meeting is: times as the wall shows them in the zone. */
export interface Meeting {
  start: string
  end: string
  zone: string
  place: string
}

/** A meeting as it is first proposed: in a week, at two, for an hour and a half. */
export function newMeeting(now = new Date()): Meeting {
  const today = wall(now)
  const start = instant(civil(today.getUTCFullYear(), today.getUTCMonth() + 1, today.getUTCDate() + 7, 14))
  return { start: fieldValue(start), end: fieldValue(new Date(start.getTime() + 90 * 60_000)), zone: ownZone(), place: '' }
}

const FIELD = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)\/(\d{4}-\d\d-\d\dT\d\d:\d\d) (\S+)(?: ([\s\S]*))?$/

/** A meeting as the header field of a draft keeps it (doc/kinds.md). */
export function meetingField(m: Meeting): string {
  return `${m.start}/${m.end} ${m.zone}${m.place.trim() ? ` ${m.place.trim()}` : ''}`
}

export function readMeeting(field: string): Meeting | undefined {
  const m = FIELD.exec(field.trim())
  return m ? { start: m[1] as string, end: m[2] as string, zone: m[3] as string, place: m[4] ?? '' } : undefined
}

/** What is wrong with a meeting, if anything: no time, or an end that is not after the start. */
export function meetingFault(m: Meeting): 'when' | 'end' | null {
  const [start, end] = [fieldInstant(m.start, m.zone), fieldInstant(m.end, m.zone)]
  if (!start || !end) return 'when'
  return end > start ? null : 'end'
}

interface Letter {
  uid: string
  subject: string
  text: string
  organizer: { name: string; email: string }
  to: readonly EmailAddress[]
  cc: readonly EmailAddress[]
  stamp: Date
}

/** The invitation that goes along with the letter: RFC 5546 section 3.2.2, RFC 6047. */
export function meetingRequest(m: Meeting, l: Letter): string {
  const start = fieldInstant(m.start, m.zone)
  const end = fieldInstant(m.end, m.zone)
  if (!start || !end) return ''
  const lines = [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Chancery//Mail//EN',
    'METHOD:REQUEST',
    ...zoneLines(m.zone, start, end),
    'BEGIN:VEVENT',
    `UID:${escape(l.uid)}`,
    'SEQUENCE:0',
    `DTSTAMP:${utc(l.stamp)}`,
    `DTSTART${when(m.zone, m.start)}`,
    `DTEND${when(m.zone, m.end)}`,
    `SUMMARY:${escape(l.subject)}`,
    ...(m.place.trim() ? [`LOCATION:${escape(m.place.trim())}`] : []),
    ...(l.text.trim() ? [`DESCRIPTION:${escape(l.text.trim().slice(0, 8000))}`] : []),
    `ORGANIZER${person(l.organizer.name, l.organizer.email)}`,
    ...l.to.map((a) => attendee(a, 'REQ-PARTICIPANT')),
    ...l.cc.map((a) => attendee(a, 'OPT-PARTICIPANT')),
    'STATUS:CONFIRMED',
    'TRANSP:OPAQUE',
    'END:VEVENT',
    'END:VCALENDAR',
  ]
  return lines.map(fold).join('')
}

function attendee(a: EmailAddress, role: string): string {
  return `ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=${role};PARTSTAT=NEEDS-ACTION;RSVP=TRUE${person(a.name ?? '', a.email)}`
}

/** The name as a parameter, the address as the value. */
function person(name: string, email: string): string {
  // RFC 5545 section 3.2: quoted values hold neither quotes nor controls.
  const clean = name.replace(/["\p{Cc}]/gu, '').trim()
  return `${clean ? `;CN="${clean}"` : ''}:mailto:${email.replace(/[\s\p{Cc}]/gu, '')}`
}

const basic = (text: string): string => `${text.replace(/[-:]/g, '')}00`
const utc = (d: Date): string => d.toISOString().replace(/[-:]|\.\d+/g, '')
const when = (zone: string, text: string): string => (zone === 'UTC' ? `:${basic(text)}Z` : `;TZID=${zone}:${basic(text)}`)

/**
 * A zone that is named must be described (RFC 5545 section 3.6.5). What holds
 * at the meeting is enough for a single event; where clocks change during it,
 * both offsets are told.
 */
function zoneLines(zone: string, start: Date, end: Date): string[] {
  if (zone === 'UTC') return []
  const [a, b] = [zoneOffset(start, zone), zoneOffset(end, zone)]
  const part = (from: string, before: number, after: number): string[] => ['BEGIN:STANDARD', `DTSTART:${from}`, `TZOFFSETFROM:${offset(before)}`, `TZOFFSETTO:${offset(after)}`, 'END:STANDARD']
  return ['BEGIN:VTIMEZONE', `TZID:${zone}`, ...part('19700101T000000', a, a), ...(a === b ? [] : part(utc(new Date(change(zone, start, end, a) + a)).slice(0, -1), a, b)), 'END:VTIMEZONE']
}

/** When the clocks change between two instants, to the second. */
function change(zone: string, start: Date, end: Date, before: number): number {
  let [low, high] = [start.getTime(), end.getTime()]
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000
    if (middle <= low) break
    if (zoneOffset(new Date(middle), zone) === before) low = middle
    else high = middle
  }
  return high
}

function offset(ms: number): string {
  const minutes = Math.round(Math.abs(ms) / 60_000)
  return `${ms < 0 ? '-' : '+'}${String(Math.floor(minutes / 60)).padStart(2, '0')}${String(minutes % 60).padStart(2, '0')}`
}

/** RFC 5545 section 3.3.11. */
function escape(text: string): string {
  return text.replace(/\r\n?/g, '\n').replace(/[^\P{Cc}\n\t]/gu, '').replace(/[\\;,]/g, '\\$&').replace(/\n/g, '\\n')
}

/** A line with its end, folded so that no piece has more than 75 octets (section 3.1). */
function fold(line: string): string {
  let out = ''
  let octets = 0
  for (const c of line) {
    const n = new TextEncoder().encode(c).length
    if (octets + n > 75) {
      out += '\r\n '
      octets = 1
    }
    out += c
    octets += n
  }
  return `${out}\r\n`
}
