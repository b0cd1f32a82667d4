import type { Email } from '~/api/jmap'
import type { MailState } from './context'

/** The messages a row stands for: in a folder, what of the conversation is there. */
export function rowEmails(m: Pick<MailState, 'account' | 'mailbox' | 'conversations'>, ids: Iterable<string>): Email[] {
  const out = new Map<string, Email>()
  for (const id of ids) {
    const email = m.account.emails.get(id)
    if (!email) continue
    const whole = m.conversations ? m.account.threadEmails(email.threadId).filter((e) => !m.mailbox || e.mailboxIds[m.mailbox.id]) : []
    for (const e of [email, ...whole]) out.set(e.id, e)
  }
  return [...out.values()]
}
