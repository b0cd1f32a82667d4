import type { BlockedSender, Email, ReportAnswer, SetResponse } from '~/api/jmap'
import { t } from '~/kit/i18n'
import { asSyncError, protocolError } from '~/kit/sync/errors'
import { errorText } from '~/kit/ui/states'
import { say, sayError } from '~/kit/undo'
import type { MailAccount } from '../account'
import type { MailEngine } from '../engine'

/** Reports letters as an attempt to deceive: they go to the junk and to the office. */
export async function reportSuspicious(engine: MailEngine, a: MailAccount, emails: Email[]): Promise<void> {
  const before = emails.map((e) => ({ id: e.id, mailboxIds: e.mailboxIds, keywords: e.keywords }))
  try {
    const r = await engine.transport.call<ReportAnswer>('Email/report', { accountId: a.id, emailIds: emails.map((e) => e.id), kind: 'suspicious' })
    await engine.sync(a.id).catch(() => {})
    say(t('trust.done.reported', { count: emails.length }), {
      undo: async () => {
        if (r.reportId) await engine.transport.call('Email/unreport', { accountId: a.id, reportId: r.reportId })
        const update = Object.fromEntries(before.map((e) => [e.id, { mailboxIds: e.mailboxIds, keywords: e.keywords }]))
        await engine.transport.call('Email/set', { accountId: a.id, update })
        await engine.sync(a.id)
      },
    })
  } catch (e) {
    sayError(errorText(t, asSyncError(e)))
  }
}

/** Lets future letters of a sender go to the junk. */
export async function block(engine: MailEngine, a: MailAccount, address: string): Promise<boolean> {
  try {
    const r = await engine.transport.call<SetResponse<BlockedSender>>('BlockedSender/set', { accountId: a.id, create: { b: { address } } })
    const id = r.created?.['b']?.id
    const refused = r.notCreated?.['b']
    if (!id) throw protocolError(refused?.type ?? 'serverFail', refused?.description)
    say(t('trust.done.blocked', { address }), { undo: () => unblock(engine, a, id) })
    return true
  } catch (e) {
    sayError(errorText(t, asSyncError(e)))
    return false
  }
}

export async function unblock(engine: MailEngine, a: MailAccount, id: string): Promise<void> {
  const r = await engine.transport.call<SetResponse<BlockedSender>>('BlockedSender/set', { accountId: a.id, destroy: [id] })
  const refused = r.notDestroyed?.[id]
  if (refused) throw protocolError(refused.type, refused.description)
}
