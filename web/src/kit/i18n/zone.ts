import { prefs } from '~/kit/prefs'

let device = { offset: NaN, zone: '' }

/** The zone a person lives by: the one they chose, else the device's. */
export function ownZone(): string {
  const chosen = prefs().zone
  if (chosen) return chosen
  // Asking the browser costs a quarter of a millisecond, and every row asks.
  const offset = new Date().getTimezoneOffset()
  if (device.offset !== offset) device = { offset, zone: Intl.DateTimeFormat().resolvedOptions().timeZone }
  return device.zone
}

const formats = new Map<string, Intl.DateTimeFormat>()

function format(zone: string): Intl.DateTimeFormat {
  let f = formats.get(zone)
  if (!f) {
    f = new Intl.DateTimeFormat('en-US', { timeZone: zone, calendar: 'gregory', hourCycle: 'h23', year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric', second: 'numeric' })
    formats.set(zone, f)
  }
  return f
}

/**
 * What the clock on the wall shows at an instant: a Date whose UTC fields are
 * the local ones, so that days can be counted without any zone in between.
 */
export function wall(at: Date, zone = ownZone()): Date {
  const p = Object.fromEntries(format(zone).formatToParts(at).map((x) => [x.type, Number(x.value)]))
  return new Date(Date.UTC(p['year'] ?? 0, (p['month'] ?? 1) - 1, p['day'], p['hour'], p['minute'], p['second']))
}

/** Milliseconds that a zone is ahead of UTC at an instant. */
export function zoneOffset(at: Date, zone = ownZone()): number {
  return wall(at, zone).getTime() - Math.floor(at.getTime() / 1000) * 1000
}

/** The instant at which the clock on the wall shows what the UTC fields say; an hour that is left out in spring moves on. */
export function instant(local: Date, zone = ownZone()): Date {
  const guess = new Date(local.getTime() - zoneOffset(local, zone))
  return new Date(local.getTime() - zoneOffset(guess, zone))
}

/** A date of the wall from its parts; days beyond the month's end go on into the next. */
export function civil(year: number, month: number, day: number, hour = 0, minute = 0): Date {
  return new Date(Date.UTC(year, month - 1, day, hour, minute))
}

/** An instant as a field for a day and its hour holds it. */
export function fieldValue(at: Date, zone = ownZone()): string {
  return wall(at, zone).toISOString().slice(0, 16)
}

/** The instant that such a field means; null while it is not filled in. */
export function fieldInstant(text: string, zone = ownZone()): Date | null {
  const local = new Date(`${text}Z`)
  return /^\d{4,6}-\d\d-\d\dT\d\d:\d\d$/.test(text) && !Number.isNaN(local.getTime()) ? instant(local, zone) : null
}
