import { calendarSystem, prefs } from '~/kit/prefs'
import { collator, language, t } from '.'

const formats = new Map<string, Intl.DateTimeFormat>()
// To make a formatter takes longer than a frame's share of a row; to use one does not.
const numbers = new Map<string, Intl.NumberFormat>()
const relatives = new Map<string, Intl.RelativeTimeFormat>()

function kept<T>(all: Map<string, T>, key: string, make: () => T): T {
  let f = all.get(key)
  if (!f) all.set(key, (f = make()))
  return f
}

// The ROC calendar (民國) is a choice of the person, not of the language.
function format(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const calendar = calendarSystem()
  const zone = prefs().zone
  return kept(formats, `${language()} ${calendar} ${zone} ${name}`, () => new Intl.DateTimeFormat(language(), { ...options, calendar: calendar === 'roc' ? 'roc' : 'gregory', ...(zone ? { timeZone: zone } : {}) }))
}

// Days and years as the person's zone counts them, which need not be the device's.
const civil = (d: Date): string => format('civil', { year: 'numeric', month: '2-digit', day: '2-digit', numberingSystem: 'latn' }).format(d)
const sameDay = (a: Date, b: Date): boolean => civil(a) === civil(b)
const yearOf = (d: Date): string => format('year', { year: 'numeric' }).format(d)
const sameYear = (a: Date, b: Date): boolean => yearOf(a) === yearOf(b)

/** The locale for fields of dates: the language with the calendar the person counts years by. */
export function dateLocale(): string {
  return `${language()}-u-ca-${calendarSystem() === 'roc' ? 'roc' : 'gregory'}`
}

/** For lists: the hour today, the day this year, the whole date before. */
export function listDate(iso: string, now = new Date()): string {
  const d = new Date(iso)
  if (Number.isNaN(d.getTime())) return ''
  if (sameDay(d, now)) return format('time', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(d)
  if (sameYear(d, now)) return format('day', { month: 'short', day: 'numeric' }).format(d)
  return format('date', { year: 'numeric', month: '2-digit', day: '2-digit' }).format(d)
}

/** For readers: relative up to a day, then date and hour. */
export function readingDate(iso: string, now = new Date()): string {
  const d = new Date(iso)
  if (Number.isNaN(d.getTime())) return ''
  const minutes = Math.round((now.getTime() - d.getTime()) / 60_000)
  const relative = kept(relatives, language(), () => new Intl.RelativeTimeFormat(language(), { numeric: 'auto', style: 'long' }))
  if (minutes >= 0 && minutes < 1) return t('date.now')
  if (minutes >= 0 && minutes < 60) return relative.format(-minutes, 'minute')
  if (minutes >= 0 && minutes < 24 * 60) return relative.format(-Math.round(minutes / 60), 'hour')
  const year = sameYear(d, now) ? {} : ({ year: 'numeric' } as const)
  return format(`reading${sameYear(d, now)}`, { ...year, month: 'short', day: 'numeric', weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(d)
}

/** The full date with its zone, as shown on hover and in details. */
export function fullDate(iso: string): string {
  const d = new Date(iso)
  if (Number.isNaN(d.getTime())) return iso
  return format('full', { dateStyle: 'full', timeStyle: 'long' }).format(d)
}

/** A size in the units people know, with the language's own digits and marks. */
export function fileSize(bytes: number): string {
  const units = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const
  let n = bytes
  let u = 0
  while (n >= 1000 && u < units.length - 1) {
    n /= 1000
    u++
  }
  return new Intl.NumberFormat(language(), { style: 'unit', unit: units[u] ?? 'byte', unitDisplay: u === 0 ? 'long' : 'short', maximumFractionDigits: n < 10 && u > 0 ? 1 : 0 }).format(n)
}

export function number(n: number): string {
  return kept(numbers, language(), () => new Intl.NumberFormat(language())).format(n)
}

/** Sorts names by the language's own order. */
export function compareNames(a: string, b: string): number {
  return collator(language()).compare(a, b)
}
