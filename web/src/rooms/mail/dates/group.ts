import { language } from '~/kit/i18n'
import { civil, ownZone, wall } from '~/kit/i18n/zone'
import { calendarSystem } from '~/kit/prefs'

const DAY = 86_400_000

export interface DateGroup {
  key: string
  label: string
}

// Every row asks for its group and its neighbour's, whenever it is drawn.
const known = new Map<string, DateGroup | null>()
let frame = ''
const MOST = 5000

/** The group of days that a letter stands in: its mark, and when that is not known, nothing. */
export function dateGroup(iso: string, now = new Date()): DateGroup | null {
  const zone = ownZone()
  const minute = Math.floor(now.getTime() / 60_000)
  const is = `${language()} ${zone} ${calendarSystem()} ${minute}`
  if (is !== frame || known.size > MOST) known.clear()
  frame = is
  let group = known.get(iso)
  if (group === undefined) known.set(iso, (group = groupOf(iso, now, zone)))
  return group
}

function groupOf(iso: string, now: Date, zone: string): DateGroup | null {
  const at = new Date(iso)
  if (Number.isNaN(at.getTime())) return null
  const day = startOf(wall(at, zone))
  const today = startOf(wall(now, zone))
  const days = Math.round((today - day) / DAY)
  if (days < -1) return month(day)
  if (days <= 1) return { key: `d${days}`, label: relative(-days, 'day') }
  // Weeks begin on Monday, in the office as in ISO 8601.
  const weeks = Math.round((monday(today) - monday(day)) / (7 * DAY))
  if (weeks <= 1) return { key: `w${weeks}`, label: relative(-weeks, 'week') }
  return month(day)
}

function startOf(local: Date): number {
  return civil(local.getUTCFullYear(), local.getUTCMonth() + 1, local.getUTCDate()).getTime()
}

function monday(day: number): number {
  return day - ((new Date(day).getUTCDay() + 6) % 7) * DAY
}

function month(day: number): DateGroup {
  const d = new Date(day)
  const calendar = calendarSystem() === 'roc' ? 'roc' : 'gregory'
  return { key: `m${d.getUTCFullYear()}-${d.getUTCMonth()}`, label: capital(format(calendar).format(d)) }
}

const formats = new Map<string, Intl.DateTimeFormat>()
function format(calendar: string): Intl.DateTimeFormat {
  const key = `${language()} ${calendar}`
  let f = formats.get(key)
  // The day is one of the wall already, so that no zone may move it.
  if (!f) formats.set(key, (f = new Intl.DateTimeFormat(language(), { year: 'numeric', month: 'long', calendar, timeZone: 'UTC' })))
  return f
}

const relatives = new Map<string, Intl.RelativeTimeFormat>()
function relative(n: number, unit: 'day' | 'week'): string {
  let f = relatives.get(language())
  if (!f) relatives.set(language(), (f = new Intl.RelativeTimeFormat(language(), { numeric: 'auto' })))
  return capital(f.format(n, unit))
}

function capital(s: string): string {
  return s.charAt(0).toLocaleUpperCase(language()) + s.slice(1)
}
