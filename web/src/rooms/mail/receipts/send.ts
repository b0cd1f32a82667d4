import type { Email, MDNSendAnswer } from '~/api/jmap'
import { t } from '~/kit/i18n'
import { fullDate } from '~/kit/i18n/dates'
import { asSyncError, protocolError } from '~/kit/sync/errors'
import { errorText } from '~/kit/ui/states'
import { say, sayError } from '~/kit/undo'
import type { MailAccount } from '../account'
import { change, keywordPatches } from '../acts'
import type { MailEngine } from '../engine'

/** Sends a read receipt (RFC 9007 section 2.1). By itself it is silent, also where the server refuses. */
export async function sendReceipt(engine: MailEngine, a: MailAccount, email: Email, byItself: boolean): Promise<void> {
  const sent = [...(email.to ?? []), ...(email.cc ?? [])].map((x) => x.email.toLowerCase())
  const identity = a.identities.find((i) => sent.includes(i.email.toLowerCase())) ?? a.identities[0]
  if (!identity) return
  const subject = email.subject ?? ''
  const mdn = {
    forEmailId: email.id,
    subject: t('receipt.subject', { subject }),
    textBody: t('receipt.body', { subject, time: fullDate(new Date().toISOString()) }),
    disposition: { actionMode: byItself ? 'automatic-action' : 'manual-action', sendingMode: byItself ? 'mdn-sent-automatically' : 'mdn-sent-manually', type: 'displayed' },
  }
  try {
    const r = await engine.transport.call<MDNSendAnswer>('MDN/send', { accountId: a.id, identityId: identity.id, send: { k: mdn } })
    await engine.sync(a.id).catch(() => {})
    const refused = r.notSent?.['k']
    if (refused && refused.type !== 'mdnAlreadySent') throw protocolError(refused.type, refused.description ?? undefined)
    if (!byItself) say(t('receipt.sent'))
  } catch (e) {
    if (!byItself) sayError(errorText(t, asSyncError(e)))
  }
}

/** Notes on the server that there will be no receipt (RFC 3503), so that no device asks again. */
export async function decline(engine: MailEngine, a: MailAccount, email: Email): Promise<void> {
  const c = change(engine, a, keywordPatches([email], '$mdnsent', true))
  say(t('receipt.declined'), { undo: () => c.done.catch(() => {}).then(() => change(engine, a, c.back).done) })
  await c.done.catch((e: unknown) => void sayError(errorText(t, asSyncError(e))))
}
