import { REQUESTS, type Addressee, type LetterRequest } from '~/api/jmap'
import type { MailAccount } from '../account'
import type { MailEngine } from '../engine'
import { useAll } from './follow'

const newestFirst = (list: LetterRequest[]): LetterRequest[] => list.toReversed()

/** What an account asked of others, newest first, kept up to date. */
export function useRequests(engine: MailEngine, account: MailAccount): LetterRequest[] | undefined {
  return useAll(engine, account, REQUESTS, 'Request', newestFirst)
}

export type Standing = 'answered' | 'late' | 'waiting'

/** How it stands with one addressee. */
export function standing(r: Pick<LetterRequest, 'dueAt' | 'isClosed'>, a: Addressee, now = Date.now()): Standing {
  if (a.answeredAt) return 'answered'
  return r.dueAt && Date.parse(r.dueAt) < now && !r.isClosed ? 'late' : 'waiting'
}

/** How many of those asked have answered. */
export function answered(r: LetterRequest): { done: number; of: number; late: number } {
  const askedOf = r.addressees.filter((a) => a.wasAsked)
  return { done: askedOf.filter((a) => a.answeredAt).length, of: askedOf.length, late: askedOf.filter((a) => standing(r, a) === 'late').length }
}

/** The table as CSV (RFC 4180), with a mark that has spreadsheets read it as UTF-8. */
export function toCsv(head: string[], rows: string[][]): string {
  // A cell that begins like a formula must not become one in a spreadsheet.
  const cell = (s: string): string => `"${(/^[=+\-@\t\r]/.test(s) ? `'${s}` : s).replaceAll('"', '""')}"`
  return `\uFEFF${[head, ...rows].map((r) => r.map(cell).join(',')).join('\r\n')}\r\n`
}
