/** What an invitation says (RFC 5545), as far as a card shows it. */
export interface Invitation {
  method: string
  title: string
  place: string
  text: string
  organizer: string
  people: { name: string; state: string }[]
  start: Moment | null
  end: Moment | null
  repeats: boolean
  cancelled: boolean
}

/** A day, or an instant; `floating` has no zone and means the reader's own clock. */
export interface Moment {
  date: Date
  allDay: boolean
}

interface Line {
  name: string
  params: Record<string, string>
  value: string
}

/** Reads the first event of a calendar; null when there is none. */
export function parseInvitation(text: string): Invitation | null {
  // RFC 5545 section 3.1: a line goes on where the next begins with a blank.
  const lines = text.replace(/\r\n?/g, '\n').replace(/\n[ \t]/g, '').split('\n').slice(0, 20_000).map(parseLine)
  const method = lines.find((l) => l?.name === 'METHOD')?.value.toUpperCase() ?? ''
  const begin = lines.findIndex((l) => l?.name === 'BEGIN' && l.value.toUpperCase() === 'VEVENT')
  if (begin < 0) return null
  const end = lines.findIndex((l, i) => i > begin && l?.name === 'END' && l.value.toUpperCase() === 'VEVENT')
  let deep = 0
  // What stands in a part of the event, such as an alarm, is not the event's.
  const own = lines.slice(begin + 1, end < 0 ? undefined : end).filter((l): l is Line => {
    if (!l) return false
    if (l.name === 'BEGIN') deep++
    if (l.name === 'END') deep--
    return deep === 0
  })
  const one = (name: string): Line | undefined => own.find((l) => l.name === name)
  const plain = (name: string): string => unescape(one(name)?.value ?? '')
  const start = moment(one('DTSTART'))
  const stop = moment(one('DTEND')) ?? after(start, one('DURATION')?.value)
  return {
    method,
    title: plain('SUMMARY'),
    place: plain('LOCATION'),
    text: plain('DESCRIPTION').slice(0, 2000),
    organizer: person(one('ORGANIZER')),
    people: own.filter((l) => l.name === 'ATTENDEE').slice(0, 200).map((l) => ({ name: person(l), state: l.params['PARTSTAT'] ?? '' })),
    start,
    end: stop,
    repeats: own.some((l) => l.name === 'RRULE' || l.name === 'RDATE'),
    cancelled: method === 'CANCEL' || one('STATUS')?.value.toUpperCase() === 'CANCELLED',
  }
}

function parseLine(line: string): Line | null {
  const m = /^([A-Za-z0-9-]+)((?:;[^:"]*(?:"[^"]*"[^:"]*)*)?):([\s\S]*)$/.exec(line)
  if (!m) return null
  const params: Record<string, string> = {}
  for (const p of (m[2] ?? '').matchAll(/;([A-Za-z0-9-]+)=("[^"]*"|[^;]*)/g)) params[(p[1] as string).toUpperCase()] = (p[2] as string).replace(/^"|"$/g, '')
  return { name: (m[1] as string).toUpperCase(), params, value: m[3] ?? '' }
}

/** RFC 5545 section 3.3.11. */
function unescape(s: string): string {
  return s.replace(/\\([\\;,nN])/g, (_, c: string) => (c.toLowerCase() === 'n' ? '\n' : c)).trim()
}

function person(l: Line | undefined): string {
  if (!l) return ''
  const address = l.value.replace(/^mailto:/i, '')
  return l.params['CN'] && l.params['CN'] !== address ? `${l.params['CN']} <${address}>` : address
}

function moment(l: Line | undefined): Moment | null {
  const m = /^(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)?(Z)?)?$/.exec(l?.value.trim() ?? '')
  if (!l || !m) return null
  const n = (i: number): number => Number(m[i] ?? 0)
  if (m[4] === undefined) return { date: new Date(n(1), n(2) - 1, n(3)), allDay: true }
  const utc = Date.UTC(n(1), n(2) - 1, n(3), n(4), n(5), n(6))
  if (m[7]) return { date: new Date(utc), allDay: false }
  const zone = l.params['TZID']
  const shift = zone ? offset(zone, utc) : null
  return { date: shift === null ? new Date(n(1), n(2) - 1, n(3), n(4), n(5), n(6)) : new Date(utc - shift), allDay: false }
}

// The names that Outlook uses in our region for zones that have others elsewhere.
const WINDOWS: Record<string, string> = { 'Taipei Standard Time': 'Asia/Taipei', 'China Standard Time': 'Asia/Shanghai', 'Korea Standard Time': 'Asia/Seoul', 'SE Asia Standard Time': 'Asia/Ho_Chi_Minh', 'Tokyo Standard Time': 'Asia/Tokyo', 'Singapore Standard Time': 'Asia/Singapore', 'GMT Standard Time': 'Europe/London', UTC: 'UTC' }

/** Milliseconds that a zone is ahead of UTC at a local time; null when nobody knows the zone. */
function offset(zone: string, local: number): number | null {
  try {
    const f = new Intl.DateTimeFormat('en-US', { timeZone: WINDOWS[zone] ?? zone, hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' })
    const at = (ms: number): number => {
      const p = Object.fromEntries(f.formatToParts(ms).map((x) => [x.type, Number(x.value)]))
      return Date.UTC(p['year'] ?? 0, (p['month'] ?? 1) - 1, p['day'], p['hour'], p['minute'], p['second']) - ms
    }
    return at(local - at(local))
  } catch {
    return null
  }
}

/** RFC 5545 section 3.3.6. */
function after(start: Moment | null, duration: string | undefined): Moment | null {
  const m = /^P(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?$/.exec(duration ?? '')
  if (!start || !m) return null
  const n = (i: number): number => Number(m[i] ?? 0)
  return { date: new Date(start.date.getTime() + ((((n(1) * 7 + n(2)) * 24 + n(3)) * 60 + n(4)) * 60 + n(5)) * 1000), allDay: start.allDay }
}
