import type { Email, EmailSubmission, SetResponse } from '~/api/jmap'
import { t } from '~/kit/i18n'
import { readingDate } from '~/kit/i18n/dates'
import { asSyncError, protocolError } from '~/kit/sync/errors'
import { errorText } from '~/kit/ui/states'
import { say, sayError } from '~/kit/undo'
import type { MailAccount } from '../account'
import type { MailEngine } from '../engine'
import { utcDate } from './presets'

type Update = Record<string, Record<string, unknown>>

async function set(engine: MailEngine, a: MailAccount, update: Update): Promise<void> {
  const r = await engine.transport.call<SetResponse<Email>>('Email/set', { accountId: a.id, update })
  await engine.sync(a.id).catch(() => {})
  const refused = Object.values(r.notUpdated ?? {})[0]
  if (refused) throw protocolError(refused.type, refused.description)
}

function each(emails: readonly Email[], patch: (e: Email) => Record<string, unknown>): Update {
  return Object.fromEntries(emails.map((e) => [e.id, patch(e)]))
}

/** Takes the rows of letters out of the lists before the server has answered. */
function hide(engine: MailEngine, a: MailAccount, emails: readonly Email[]): () => void {
  const gone = new Set(emails.map((e) => e.threadId))
  const shown = engine.viewsOf(a).map((v) => v.hide(v.rows.filter((id): id is string => id !== undefined && gone.has(a.emails.get(id)?.threadId ?? ''))))
  return () => shown.forEach((show) => show())
}

/** Runs an act with its way back; what fails is said, and shown as it was. */
async function act(run: () => Promise<void>, done: string, undo: () => Promise<void>): Promise<void> {
  try {
    await run()
    say(done, { undo })
  } catch (e) {
    sayError(`${t('error.putBack')} ${errorText(t, asSyncError(e))}`)
  }
}

/** Puts letters out of sight until a time. */
export async function snooze(engine: MailEngine, a: MailAccount, emails: Email[], until: Date): Promise<void> {
  const show = hide(engine, a, emails)
  await act(
    () => set(engine, a, each(emails, () => ({ snoozed: { until: utcDate(until), mailboxId: null, setKeywords: null } }))).finally(show),
    t('later.done.snoozed', { count: emails.length, time: readingDate(until.toISOString()) }),
    () => set(engine, a, each(emails, (e) => ({ snoozed: e.snoozed ?? null }))),
  )
}

/** Brings letters back to where they were. */
export async function wake(engine: MailEngine, a: MailAccount, emails: Email[]): Promise<void> {
  const show = hide(engine, a, emails)
  await act(
    () => set(engine, a, each(emails, () => ({ snoozed: null }))).finally(show),
    t('later.done.woken', { count: emails.length }),
    () => set(engine, a, each(emails, (e) => ({ snoozed: e.snoozed ?? null }))),
  )
}

/** Reminds of letters at a time, or no more. */
export async function remind(engine: MailEngine, a: MailAccount, emails: Email[], at: Date | null, unlessAnswered: boolean): Promise<void> {
  await act(
    () => set(engine, a, each(emails, () => ({ reminder: at ? { at: utcDate(at), unlessAnswered } : null }))),
    at ? t('later.done.reminder', { time: readingDate(at.toISOString()) }) : t('later.done.noReminder'),
    () => set(engine, a, each(emails, (e) => ({ reminder: e.reminder ?? null }))),
  )
}

async function change(engine: MailEngine, a: MailAccount, email: Email, patch: Record<string, unknown>): Promise<void> {
  const id = email.scheduled?.submissionId
  if (!id) return
  const r = await engine.transport.call<SetResponse<EmailSubmission>>('EmailSubmission/set', { accountId: a.id, update: { [id]: patch } })
  await engine.sync(a.id).catch(() => {})
  const refused = r.notUpdated?.[id]
  if (refused) throw protocolError(refused.type, refused.description)
}

/** Moves the time of a letter that is scheduled. */
export async function reschedule(engine: MailEngine, a: MailAccount, email: Email, at: Date): Promise<void> {
  await act(
    () => change(engine, a, email, { sendAt: utcDate(at) }),
    t('later.done.rescheduled', { time: readingDate(at.toISOString()) }),
    () => change(engine, a, email, { sendAt: email.scheduled?.sendAt }),
  )
}

/** Sends a scheduled letter at once. There is no way back from that. */
export async function sendNow(engine: MailEngine, a: MailAccount, email: Email): Promise<void> {
  try {
    await change(engine, a, email, { sendAt: utcDate(new Date()) })
    say(t('done.sent'))
    engine.syncSoon(a.id, 1500)
  } catch (e) {
    sayError(errorText(t, asSyncError(e)))
  }
}

/** Takes a scheduled letter back: the server makes it a draft again. */
export async function unschedule(engine: MailEngine, a: MailAccount, email: Email): Promise<boolean> {
  try {
    await change(engine, a, email, { undoStatus: 'canceled' })
    return true
  } catch (e) {
    sayError(errorText(t, asSyncError(e)))
    return false
  }
}
