import { civil, instant, wall } from '~/kit/i18n/zone'

/** A moment that is often meant. */
export interface Preset {
  id: 'today' | 'tomorrow' | 'monday' | 'days3' | 'week'
  at: Date
}

// Office hours: what is put off comes back when work begins, and not after it ends.
const OPENS = { hour: 8, minute: 30 }
const CLOSES = 17

// Days are counted on the wall: dates whose UTC fields are the local ones.
function at(base: Date, days: number, hour = OPENS.hour, minute = OPENS.minute): Date {
  return civil(base.getUTCFullYear(), base.getUTCMonth() + 1, base.getUTCDate() + days, hour, minute)
}

const weekend = (d: Date): boolean => d.getUTCDay() === 0 || d.getUTCDay() === 6

/** The first working day on or after a day. */
function working(d: Date): Date {
  let day = d
  while (weekend(day)) day = at(day, 1)
  return day
}

/** The moments offered at some time, in the zone that the person chose. */
export function presets(kind: 'snooze' | 'remind' | 'send' | 'answer', when = new Date()): Preset[] {
  const now = wall(when)
  const out: Preset[] = []
  const soon = at(now, 0, now.getUTCHours() + 3, 0)
  if (kind !== 'answer' && !weekend(now) && now.getUTCHours() >= 6 && soon.getUTCHours() <= CLOSES && soon.getUTCDate() === now.getUTCDate()) out.push({ id: 'today', at: soon })
  const tomorrow = at(now, 1)
  if (!weekend(tomorrow)) out.push({ id: 'tomorrow', at: tomorrow })
  if (kind === 'remind' || kind === 'answer') out.push({ id: 'days3', at: working(at(now, 3)) }, { id: 'week', at: working(at(now, 7)) })
  else {
    // On a Sunday that is tomorrow.
    if (now.getUTCDay() !== 0) out.push({ id: 'monday', at: at(now, ((8 - now.getUTCDay()) % 7) || 7) })
    // At a weekend there is little else to choose from.
    if (out.length === 1) out.push({ id: 'week', at: working(at(now, 7)) })
  }
  return out.map((p) => ({ id: p.id, at: instant(p.at) }))
}

/** A moment as JMAP writes it (RFC 8620 section 1.4): whole seconds, UTC. */
export function utcDate(d: Date): string {
  return d.toISOString().replace(/\.\d+Z$/, 'Z')
}
