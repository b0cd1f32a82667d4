import type { Email, EmailSubmission, Identity, QueryResponse, SetResponse } from '~/api/jmap'
import { protocolError } from '~/kit/sync/errors'
import type { MailAccount } from '../account'
import { roleFolder } from '../acts'
import type { MailEngine } from '../engine'
import { utcDate } from '../later/presets'
import { withLinks } from '../parcel/links'
import { key } from '../patch'
import { newMessageId, toEmail, type Draft } from './draft'

/**
 * DraftSaver keeps the draft on the server, so that it is on every device.
 * JMAP emails are immutable: each save creates a new one and destroys the one
 * before in the same call. Saves follow each other, never overlap.
 */
export class DraftSaver {
  private chain: Promise<unknown> = Promise.resolve()
  private messageId: string | null = null

  constructor(
    private readonly engine: MailEngine,
    private readonly account: MailAccount,
    private readonly draftsName: string,
    /** The email that holds the draft now. */
    public emailId: string | null,
    private readonly onConflict: () => void = () => {},
  ) {}

  save(draft: Draft, identity: Identity): Promise<string> {
    const job = this.chain.catch(() => {}).then(() => this.write(draft, identity))
    this.chain = job
    return job
  }

  /** When nothing is being saved any more. */
  settled(): Promise<unknown> {
    return this.chain.catch(() => {})
  }

  private async write(draft: Draft, identity: Identity): Promise<string> {
    this.messageId ??= newMessageId(identity.email)
    const box = await roleFolder(this.engine, this.account, 'drafts', this.draftsName)
    const r = await this.engine.transport.call<SetResponse<Email>>('Email/set', {
      accountId: this.account.id,
      create: { d: toEmail(withLinks(draft), identity, box, this.messageId) },
      ...(this.emailId ? { destroy: [this.emailId] } : {}),
    })
    const made = r.created?.['d']
    if (!made) throw protocolError(r.notCreated?.['d']?.type ?? 'serverFail', r.notCreated?.['d']?.description)
    // Another device saved in between: this newer text stands, and what was
    // written there stays among the drafts.
    if (this.emailId && r.notDestroyed?.[this.emailId]) this.onConflict()
    this.emailId = made.id
    this.engine.syncSoon(this.account.id)
    return made.id
  }
}

export interface Sending {
  submissionId: string
  /** True while the server holds it back and it can be called back. */
  held: boolean
}

/** Submits a saved draft; the server moves it to Sent when it takes it (RFC 8621 section 7.5). */
export async function submit(
  engine: MailEngine,
  a: MailAccount,
  emailId: string,
  draft: Draft,
  identity: Identity,
  place: { role: 'sent' | 'scheduled'; name: string },
  hold: number | Date,
  remindAt?: Date | null,
): Promise<Sending> {
  const [sent, drafts] = [await roleFolder(engine, a, place.role, place.name), a.role('drafts')?.id]
  const held = hold instanceof Date || hold > 0
  const parameters = hold instanceof Date ? { HOLDUNTIL: utcDate(hold) } : { HOLDFOR: String(hold) }
  const rcptTo = [...draft.to, ...draft.cc, ...draft.bcc, ...(identity.bcc ?? [])].map((x) => ({ email: x.email, parameters: null }))
  const create: Record<string, unknown> = {
    identityId: identity.id,
    emailId,
    // FUTURERELEASE (RFC 4865) is how a submission asks to be held.
    ...(held ? { envelope: { mailFrom: { email: identity.email, parameters }, rcptTo } } : {}),
  }
  const patch: Record<string, unknown> = { [key('mailboxIds', sent)]: true, [key('keywords', '$draft')]: null }
  if (remindAt) patch['reminder'] = { at: utcDate(remindAt), unlessAnswered: true }
  if (drafts) patch[key('mailboxIds', drafts)] = null
  const r = await engine.transport.call<SetResponse<EmailSubmission>>('EmailSubmission/set', {
    accountId: a.id,
    create: { s: create },
    onSuccessUpdateEmail: { '#s': patch },
  })
  const made = r.created?.['s']
  if (!made) throw protocolError(r.notCreated?.['s']?.type ?? 'serverFail', r.notCreated?.['s']?.description)
  if (draft.answers) {
    const mark = { [key('keywords', draft.answers.keyword)]: true }
    void engine.transport.call('Email/set', { accountId: a.id, update: { [draft.answers.emailId]: mark } }).catch(() => {})
  }
  engine.syncSoon(a.id)
  return { submissionId: made.id, held: held && made.undoStatus !== 'final' }
}

/** Calls a held message back into the drafts. */
export async function callBack(engine: MailEngine, a: MailAccount, s: Sending, emailId: string): Promise<void> {
  const r = await engine.transport.call<SetResponse<EmailSubmission>>('EmailSubmission/set', { accountId: a.id, update: { [s.submissionId]: { undoStatus: 'canceled' } } })
  const refused = r.notUpdated?.[s.submissionId]
  if (refused) throw protocolError(refused.type, refused.description)
  const [sent, scheduled, drafts] = [a.role('sent')?.id, a.role('scheduled')?.id, a.role('drafts')?.id]
  const patch: Record<string, unknown> = { [key('keywords', '$draft')]: true, reminder: null }
  if (drafts) patch[key('mailboxIds', drafts)] = true
  if (sent) patch[key('mailboxIds', sent)] = null
  if (scheduled) patch[key('mailboxIds', scheduled)] = null
  await engine.transport.call('Email/set', { accountId: a.id, update: { [emailId]: patch } })
  engine.syncSoon(a.id)
}

/**
 * Whether a message was submitted although its answer never came. Called before
 * it is submitted once more, so that a bad line sends nothing twice.
 */
export async function wasSubmitted(engine: MailEngine, a: MailAccount, emailId: string): Promise<boolean> {
  // One that was called back does not count.
  const conditions = ['pending', 'final'].map((undoStatus) => ({ emailIds: [emailId], undoStatus }))
  const q = await engine.transport.call<QueryResponse>('EmailSubmission/query', { accountId: a.id, filter: { operator: 'OR', conditions }, limit: 1 })
  return q.ids.length > 0
}
