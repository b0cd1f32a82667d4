import type { Email } from '~/api/jmap'
import { withTexts } from '~/kit/i18n'
import type { MailAccount } from '../account'
import type { MailEngine } from '../engine'

/** Reports letters; the code and its words are fetched when first wanted. */
export async function suspicious(engine: MailEngine, a: MailAccount, emails: Email[]): Promise<void> {
  const { reportSuspicious } = await withTexts('later', () => import('./report'))
  await reportSuspicious(engine, a, emails)
}
