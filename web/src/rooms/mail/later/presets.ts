/** A moment that is often meant. */
export interface Preset {
  id: 'today' | 'tomorrow' | 'monday' | 'days3' | 'week'
  at: Date
}

// Office hours: what is put off comes back when work begins, and not after it ends.
const OPENS = { hour: 8, minute: 30 }
const CLOSES = 17

function at(base: Date, days: number, hour = OPENS.hour, minute = OPENS.minute): Date {
  return new Date(base.getFullYear(), base.getMonth(), base.getDate() + days, hour, minute)
}

const weekend = (d: Date): boolean => d.getDay() === 0 || d.getDay() === 6

/** The first working day on or after a day. */
function working(d: Date): Date {
  let day = d
  while (weekend(day)) day = at(day, 1)
  return day
}

/** The moments offered at some time, in the person's own time zone. */
export function presets(kind: 'snooze' | 'remind' | 'send' | 'answer', now = new Date()): Preset[] {
  const out: Preset[] = []
  const soon = at(now, 0, now.getHours() + 3, 0)
  if (kind !== 'answer' && !weekend(now) && now.getHours() >= 6 && soon.getHours() <= CLOSES && soon.toDateString() === now.toDateString()) out.push({ id: 'today', at: soon })
  const tomorrow = at(now, 1)
  if (!weekend(tomorrow)) out.push({ id: 'tomorrow', at: tomorrow })
  if (kind === 'remind' || kind === 'answer') {
    out.push({ id: 'days3', at: working(at(now, 3)) }, { id: 'week', at: working(at(now, 7)) })
    return out
  }
  out.push({ id: 'monday', at: at(now, ((8 - now.getDay()) % 7) || 7) })
  // Before a weekend there is little else to choose from.
  if (out.length === 1) out.push({ id: 'week', at: working(at(now, 7)) })
  return out
}

/** A moment as the browser's own field for date and time writes it. */
export function fieldValue(d: Date): string {
  const two = (n: number): string => String(n).padStart(2, '0')
  return `${d.getFullYear()}-${two(d.getMonth() + 1)}-${two(d.getDate())}T${two(d.getHours())}:${two(d.getMinutes())}`
}

/** A moment as JMAP writes it (RFC 8620 section 1.4): whole seconds, UTC. */
export function utcDate(d: Date): string {
  return d.toISOString().replace(/\.\d+Z$/, 'Z')
}
