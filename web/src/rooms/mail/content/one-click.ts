import type { Email } from '~/api/jmap'
import { addTexts, t } from '~/kit/i18n'
import { personName } from '../names'
import { asSyncError } from '~/kit/sync/errors'
import { confirm } from '~/kit/ui/Dialog'
import { say } from '~/kit/undo'
import type { MailAccount } from '../account'
import type { MailEngine } from '../engine'

/**
 * Leaves a list by one request, which the server sends after it has proved
 * that the list's sender signed it (RFC 8058). 'other' where that cannot be
 * proved or the list does not answer: then there is the list's own way.
 */
export async function leaveByOneClick(engine: MailEngine, a: MailAccount, email: Email): Promise<'done' | 'no' | 'other'> {
  await addTexts('gaps')
  const list = personName(email.from?.[0])
  if (!(await confirm({ title: t('leave.one.title', { list }), text: t('leave.one.text'), confirm: t('leave.one.act') }))) return 'no'
  try {
    await engine.transport.call('Email/unsubscribe', { accountId: a.id, emailId: email.id })
    say(t('leave.one.done', { list }))
    return 'done'
  } catch (e) {
    say(t(asSyncError(e).kind === 'offline' ? 'error.offline' : 'leave.one.failed'))
    return asSyncError(e).kind === 'offline' ? 'no' : 'other'
  }
}
