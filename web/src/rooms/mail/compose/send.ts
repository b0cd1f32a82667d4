import type { Identity } from '~/api/jmap'
import type { t as translate } from '~/kit/i18n'
import { readingDate } from '~/kit/i18n/dates'
import { asSyncError } from '~/kit/sync/errors'
import { errorText } from '~/kit/ui/states'
import { say, sayError, update } from '~/kit/undo'
import type { MailAccount } from '../account'
import type { MailEngine } from '../engine'
import type { Draft } from './draft'
import { callBack, submit } from './saver'

interface Order {
  engine: MailEngine
  account: MailAccount
  draft: Draft
  emailId: string
  identity: Identity
  seconds: number
  t: typeof translate
  /** When it is to go out; now where absent. */
  at?: Date | undefined
  /** When to remind if nobody answers. */
  remindAt?: Date | null
  /** What to say instead of "Sent", where it is known before that the letter waits for review. */
  told?: string | undefined
  /** Opens the sheet again after the message has been called back. */
  onBack: () => void
}

/**
 * Sends so that it can be called back for some seconds. The server holds the
 * message where it can (so nothing depends on this page staying open);
 * otherwise it waits here, saved among the drafts, and goes out at the end of
 * the pause or when the page is left.
 */
export async function sendWithUndo(o: Order): Promise<void> {
  if (o.engine.maxHold(o.account) >= o.seconds) {
    const place = o.at ? ({ role: 'scheduled', name: o.t('folder.scheduled') } as const) : ({ role: 'sent', name: o.t('folder.sent') } as const)
    const sending = await submit(o.engine, o.account, o.emailId, o.draft, o.identity, place, o.at ?? o.seconds, o.remindAt)
    const said = say(o.told ?? (o.at ? o.t('done.scheduled', { time: readingDate(o.at.toISOString()) }) : o.t('done.sent')), {
      ...(sending.held
        ? {
            undo: async () => {
              await callBack(o.engine, o.account, sending, o.emailId)
              o.onBack()
            },
          }
        : {}),
    })
    // What is found in a file is seen by the server alone.
    if (!o.told) void import('../review/foresee').then((r) => r.afterSending(o.engine, sending.submissionId)).then((text) => text && update(said, { text }), () => {})
    return
  }
  let gone = false
  const go = (): void => {
    if (gone) return
    gone = true
    removeEventListener('pagehide', go)
    submit(o.engine, o.account, o.emailId, o.draft, o.identity, { role: 'sent', name: o.t('folder.sent') }, 0, o.remindAt).catch((e: unknown) => {
      sayError(`${o.t('error.notSent')} ${errorText(o.t, asSyncError(e))}`)
      o.onBack()
    })
  }
  addEventListener('pagehide', go)
  say(o.t('done.sent'), {
    seconds: o.seconds,
    onExpire: go,
    undo: () => {
      gone = true
      removeEventListener('pagehide', go)
      o.onBack()
    },
  })
}
