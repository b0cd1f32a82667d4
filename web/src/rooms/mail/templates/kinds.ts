import type { Key } from '~/kit/i18n'

/** The kinds of document, in the order people see (D11 to D16). */
export const kinds = ['work-schedule', 'meeting-invitation', 'for-information', 'request-for-comment', 'periodic-report', 'notice'] as const

export const kindKeys: Record<string, Key> = {
  'work-schedule': 'kind.schedule',
  'meeting-invitation': 'kind.invitation',
  'for-information': 'kind.information',
  'request-for-comment': 'kind.comment',
  'periodic-report': 'kind.report',
  notice: 'kind.notice',
}

export const everyKeys: Record<string, Key> = {
  weekly: 'every.weekly',
  monthly: 'every.monthly',
  quarterly: 'every.quarterly',
  'half-yearly': 'every.halfYearly',
  yearly: 'every.yearly',
}

/** Whether letters of a kind want an answer of each addressee. */
export function asks(kind: string): boolean {
  return kind === 'request-for-comment' || kind === 'periodic-report'
}
