import type { Email } from '~/api/jmap'
import type { Key } from '~/kit/i18n'

/** The time a row shows: when a letter comes back or goes out, else when it came, or came back. */
export function rowDate(email: Email): { iso: string; label?: Key } {
  if (email.scheduled) return { iso: email.scheduled.sendAt, label: 'folder.scheduled' }
  if (email.snoozed) return { iso: email.snoozed.until, label: 'folder.snoozed' }
  if (email.backAt && email.backAt > email.receivedAt) return { iso: email.backAt, ...(email.keywords['$new'] && !email.keywords['$seen'] ? { label: 'list.back' } : {}) }
  return { iso: email.receivedAt }
}
