import { instant } from '~/kit/i18n/zone'
import { localDay } from '../templates/fields'

/** Today, as fields of dates write it. */
export const today = (): string => localDay(new Date())

/** The day so many years from now. */
export function addYears(years: number): string {
  const d = new Date()
  d.setFullYear(d.getFullYear() + years)
  return localDay(d)
}

/** The end of a day as an instant, and the day of such an instant. */
export const endOf = (day: string): string => instant(new Date(`${day}T23:59:59Z`)).toISOString().replace('.000', '')
export const dayOf = (until: string): string => localDay(new Date(until))
