import { FLOW, type FlowForeseeAnswer } from '~/api/jmap'
import { addTexts, t, type Key } from '~/kit/i18n'
import { asSyncError, type SyncError } from '~/kit/sync/errors'
import { confirm } from '~/kit/ui/Dialog'
import { approvalsOf } from '~/rooms/approvals/store'
import type { MailAccount } from '../account'
import { htmlToText, type Draft } from '../compose/draft'
import type { MailEngine } from '../engine'

/** The server looks at no more of a text. */
const MAX_TEXT = 512 * 1024

/** What the organisation's rules would do with a letter; null where there are none, or nobody can be asked now. */
export async function foresee(engine: MailEngine, account: MailAccount, d: Draft, from: string): Promise<FlowForeseeAnswer | null> {
  if (!(FLOW in engine.session.capabilities)) return null
  const text = d.rich ? htmlToText(d.body + d.quote) : d.body
  try {
    return await engine.transport.call<FlowForeseeAnswer>('FlowRule/foresee', {
      accountId: account.id, from, to: [...d.to, ...d.cc, ...d.bcc].map((a) => a.email), subject: d.subject, text: text.slice(0, MAX_TEXT / 3), level: d.secrecy?.level ?? null,
      files: d.files.filter((f) => !f.error).map((f) => ({ name: f.name, type: f.type, size: f.size, blobId: f.blobId ?? null })),
    })
  } catch {
    return null // the letter is judged all the same when it is sent
  }
}

/** Why a letter would be refused, in words; undefined where it would not. */
export function refusedText(seen: FlowForeseeAnswer): string | undefined {
  if (seen.refused !== null) return t('review.refused', { reason: seen.refused })
  return seen.hasReviewer ? undefined : t('review.noReviewer')
}

/** What comes of asking before a letter goes: whether it goes, and what it is told where it does not. */
export interface Foresight {
  goes: boolean
  error?: string
  /** What to say once it was sent, where it waits for review. */
  told?: string
}

/** Asks the rules before anything is sent; warnings are put to the writer. */
export async function beforeSending(engine: MailEngine, account: MailAccount, d: Draft, from: string): Promise<Foresight> {
  const seen = await foresee(engine, account, d, from)
  if (!seen) return { goes: true }
  await addTexts('review')
  const refused = refusedText(seen)
  if (refused) return { goes: false, error: refused }
  if (seen.warnings.length > 0 && !(await confirm({ title: t('review.warnings'), text: seen.warnings.join('\n'), confirm: t('review.sendAnyway') }))) return { goes: false }
  return seen.isHeld ? { goes: true, told: t('review.sent', { names: seen.reviewers.join(t('review.and')) }) } : { goes: true }
}

/** What to say of a letter that was just sent, where it waits although nobody foresaw it, as for words in a file. */
export async function afterSending(engine: MailEngine, submissionId: string): Promise<string | undefined> {
  if (!(FLOW in engine.session.capabilities)) return undefined
  const all = approvalsOf(engine)
  await all.load()
  const a = all.list.find((x) => x.kind === 'mail.review' && x.state === 'waiting' && (x.about as { submissionId?: string | null } | null)?.submissionId === submissionId)
  if (!a) return undefined
  await addTexts('review')
  return t('review.sent', { names: (a.steps[a.stepInHand]?.deciders ?? []).map((p) => p.name || p.email).join(t('review.and')) })
}

const requires: Record<string, Key> = {
  noReviewer: 'review.noReviewer', ruleRequiresSignature: 'review.mustSign', ruleRequiresEncryption: 'review.mustEncrypt', ruleRequiresBoth: 'review.mustBoth',
}

/** Why the rules refused a letter, in words; undefined where it was not they. */
export async function ruleRefusal(e: unknown): Promise<string | undefined> {
  const error: SyncError = asSyncError(e)
  const key = requires[error.type ?? '']
  if (error.type !== 'ruleRefused' && !key) return undefined
  await addTexts('review')
  return key ? t(key) : t('review.refused', { reason: error.message })
}
