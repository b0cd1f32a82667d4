import { setNote } from '~/app/notes'
import { addTexts, t } from '~/kit/i18n'
import type { MailAccount } from '../account'
import type { MailEngine } from '../engine'
import { getAway } from './calls'

let timer: ReturnType<typeof setTimeout> | undefined

/**
 * Says in the frame that letters are being answered automatically, while that
 * is so: people forget to switch it off. Without the ability it says nothing.
 */
export function showAway(engine: MailEngine, account: MailAccount | undefined): void {
  clearTimeout(timer)
  if (!account) return
  void Promise.all([getAway({ engine, account }), addTexts('rules')])
    .then(([a]) => {
      const now = Date.now()
      const from = a.fromDate ? Date.parse(a.fromDate) : 0
      const to = a.toDate ? Date.parse(a.toDate) : Number.POSITIVE_INFINITY
      const on = a.isEnabled && from <= now && now < to
      setNote('away', on ? { text: () => t('away.note'), act: () => t('away.note.act'), path: '/settings/away' } : null)
      // Look again when it begins or ends, but not later than in an hour.
      const next = Math.min(...[from, to, now + 3_600_000].filter((m) => m > now))
      timer = setTimeout(() => showAway(engine, account), Math.max(1000, next - now))
    })
    .catch(() => {})
}
