import type { ChangesResponse, Email, Filter, GetResponse, Identity, Mailbox, QueryResponse, Session, Thread } from '~/api/jmap'
import { MAIL, RECEIPT_TO, SUBMISSION } from '~/api/jmap'
import { SyncError } from '~/kit/sync/errors'
import type { Group, Pending, Transport } from '~/kit/sync/transport'
import { QueryView, type Comparator } from '~/kit/sync/view'
import { MailAccount } from './account'
import { ONE_CLICK, UNSUBSCRIBE } from './content/unsubscribe'

/** What a row of a list shows; bodies come when a message is opened. */
export const LIST_PROPERTIES = ['id', 'threadId', 'mailboxIds', 'keywords', 'from', 'to', 'subject', 'receivedAt', 'sentAt', 'preview', 'hasAttachment', 'size', 'snoozed', 'reminder', 'scheduled', 'backAt', 'receipts', 'secrecy']

const BODY_PROPERTIES = [
  ...LIST_PROPERTIES,
  'blobId', 'cc', 'bcc', 'replyTo', 'sender', 'messageId', 'inReplyTo', 'references', 'bodyValues', 'textBody', 'htmlBody', 'attachments', 'authenticity', 'outside', RECEIPT_TO, UNSUBSCRIBE, ONE_CLICK,
  'header:X-Chancery-Kind:asText', 'header:X-Chancery-Due:asText', 'header:X-Chancery-Every:asText', 'header:X-Chancery-Meeting:asText',
]
const PART_PROPERTIES = ['partId', 'blobId', 'size', 'name', 'type', 'charset', 'disposition', 'cid', 'language']

/** All that can change in an email: its keywords and folders, and what waits for it. */
const CHANGING = ['mailboxIds', 'keywords', 'snoozed', 'reminder', 'scheduled', 'backAt', 'receipts', 'secrecy'] as const

function withoutChanging(e: Email): Partial<Email> & { id: string } {
  return { id: e.id, ...Object.fromEntries(Object.entries(e).filter(([name]) => !(CHANGING as readonly string[]).includes(name))) }
}

/** Bodies longer than this are cut by the server; the reader offers the source. */
const MAX_BODY_BYTES = 1_000_000
const MAX_VIEWS = 12
const NEWEST: Comparator[] = [{ property: 'receivedAt', isAscending: false }]
const MAX_BODIES = 120
/** About two kilobytes each: enough to go back to what one came from, and memory is flat after a quarter of an hour. */
const MAX_EMAILS = 8_000
/** How many records are asked for at once, as the server allows. */
const CHUNK = 500

/** MailEngine keeps the client's copy of the mail accounts of one session. */
export class MailEngine {
  readonly accounts: MailAccount[]
  private views = new Map<string, QueryView>()
  private wanted = new Map<MailAccount, Set<string>>()
  private bodies: { account: MailAccount; id: string }[] = []
  private syncing = new Map<string, Promise<void>>()
  private told = new Map<string, Record<string, string>>()
  private timers = new Map<string, ReturnType<typeof setTimeout>>()

  constructor(
    readonly session: Session,
    readonly transport: Transport,
  ) {
    const primary = session.primaryAccounts[MAIL]
    this.accounts = Object.entries(session.accounts)
      .filter(([, a]) => MAIL in a.accountCapabilities)
      .map(([id, a]) => new MailAccount(id, a.name, a.isPersonal, a.isReadOnly))
      .sort((a, b) => Number(b.id === primary) - Number(a.id === primary) || Number(b.isPersonal) - Number(a.isPersonal))
  }

  account(id: string | undefined): MailAccount | undefined {
    return this.accounts.find((a) => a.id === id)
  }

  /** Seconds a submission may wait on the server, RFC 8621 section 1.3.2; 0 where it cannot. */
  maxHold(account: MailAccount): number {
    const cap = this.session.accounts[account.id]?.accountCapabilities[SUBMISSION]
    const n = cap?.['maxDelayedSend']
    return typeof n === 'number' ? n : 0
  }

  /** Folders and identities of every account, in one request. */
  async start(): Promise<void> {
    const jobs = this.accounts.map(async (a) => {
      const boxes = this.transport.call<GetResponse<Mailbox>>('Mailbox/get', { accountId: a.id, ids: null })
      const identities = SUBMISSION in (this.session.accounts[a.id]?.accountCapabilities ?? {})
        ? this.transport.call<GetResponse<Identity>>('Identity/get', { accountId: a.id, ids: null }).catch(() => undefined)
        : undefined
      const got = await boxes
      a.mailboxes.put(got.list)
      a.mailboxes.state = got.state
      a.identities = (await identities)?.list ?? []
    })
    const done = await Promise.allSettled(jobs)
    const failed = done.find((d) => d.status === 'rejected')
    // One unreachable shared mailbox must not keep the person from their own.
    if (failed && done[0]?.status === 'rejected') throw failed.reason
  }

  /** The live list for a filter; the same filter gives the same view. */
  view(account: MailAccount, filter: Filter, threads: boolean, sort: Comparator[] = NEWEST): QueryView {
    const name = JSON.stringify([account.id, filter, threads, sort])
    let view = this.views.get(name)
    if (view) this.views.delete(name)
    view ??= new QueryView(this.transport, {
      accountId: account.id,
      type: 'Email',
      filter,
      sort,
      extra: { collapseThreads: threads },
      follow: (group, query) => this.follow(account, group, query, threads),
    })
    this.views.set(name, view) // newest last, so the first is the one to forget
    for (const old of this.views.keys()) {
      if (this.views.size <= MAX_VIEWS) break
      this.views.delete(old)
    }
    return view
  }

  viewsOf(account: MailAccount): QueryView[] {
    return [...this.views.values()].filter((v) => v.spec.accountId === account.id)
  }

  private async follow(a: MailAccount, group: Group, query: Pending<QueryResponse> | string[], threads: boolean): Promise<void> {
    const ids = Array.isArray(query) ? { ids: query } : { '#ids': query.ref('/ids') }
    const emails = group.add<GetResponse<Email>>('Email/get', { accountId: a.id, ...ids, properties: LIST_PROPERTIES })
    if (!threads) {
      this.learn(a, await emails.result)
      return
    }
    // RFC 8621 section 4.10 fetches a conversation list in this way.
    const ts = group.add<GetResponse<Thread>>('Thread/get', { accountId: a.id, '#ids': emails.ref('/list/*/threadId') })
    const others = group.add<GetResponse<Email>>('Email/get', { accountId: a.id, '#ids': ts.ref('/list/*/emailIds'), properties: LIST_PROPERTIES })
    const [e, t] = await Promise.all([emails.result, ts.result])
    this.learn(a, e)
    a.threads.state ??= t.state
    a.threads.put(t.list)
    // Very long threads can exceed maxObjectsInGet; their rows then show what is known.
    await others.result.then((r) => this.learn(a, r)).catch(() => {})
  }

  private learn(a: MailAccount, r: GetResponse<Email>): void {
    a.emails.state ??= r.state
    if (a.emails.isPast(r.state)) {
      // Asked before a change that is known by now: what can change is asked for
      // again, and what is held stays as it is until then.
      a.emails.put(r.list.map((e) => (a.emails.has(e.id) ? withoutChanging(e) : e)))
      void this.refetch(a, r.list.map((e) => e.id)).catch(() => {})
    } else a.emails.put(r.list)
    a.emails.prune(MAX_EMAILS)
    if (r.notFound.length > 0) a.emails.remove(r.notFound)
  }

  /** Asks for rows that are shown but not held, all of one turn together. */
  want(a: MailAccount, id: string): void {
    if (a.emails.has(id)) return
    const set = this.wanted.get(a) ?? new Set()
    set.add(id)
    if (this.wanted.has(a)) return
    this.wanted.set(a, set)
    setTimeout(() => {
      this.wanted.delete(a)
      void this.follow(a, this.transport.group(), [...set].slice(0, 200), true).catch(() => {})
    }, 20)
  }

  /** Fetches a thread and its emails when a link leads straight to it. */
  async openThread(a: MailAccount, threadId: string): Promise<void> {
    const known = a.threads.get(threadId)
    if (known && known.emailIds.every((id) => a.emails.has(id))) return
    const group = this.transport.group()
    const ts = group.add<GetResponse<Thread>>('Thread/get', { accountId: a.id, ids: [threadId] })
    const es = group.add<GetResponse<Email>>('Email/get', { accountId: a.id, '#ids': ts.ref('/list/*/emailIds'), properties: LIST_PROPERTIES })
    const t = await ts.result
    if (t.list.length === 0) throw new SyncError('gone', 'notFound')
    const e = await es.result
    a.threads.state ??= t.state
    this.learn(a, e)
    a.threads.put(t.list)
  }

  hasBody(a: MailAccount, id: string): boolean {
    return a.emails.get(id)?.bodyValues !== undefined
  }

  /** Fetches bodies; what is already here is not asked for again. */
  async loadBodies(a: MailAccount, ids: readonly string[]): Promise<void> {
    const missing = ids.filter((id) => !this.hasBody(a, id))
    if (missing.length === 0) return
    const r = await this.transport.call<GetResponse<Email>>('Email/get', {
      accountId: a.id,
      ids: missing,
      properties: BODY_PROPERTIES,
      bodyProperties: PART_PROPERTIES,
      fetchTextBodyValues: true,
      fetchHTMLBodyValues: true,
      maxBodyValueBytes: MAX_BODY_BYTES,
    })
    this.learn(a, r)
    for (const e of r.list) this.bodies.push({ account: a, id: e.id })
    // Bodies are most of the memory; the oldest are fetched again when needed.
    for (const old of this.bodies.splice(0, Math.max(0, this.bodies.length - MAX_BODIES))) {
      if (old.account.emails.has(old.id)) old.account.emails.put([{ id: old.id, bodyValues: undefined }])
    }
  }

  /** Hears of changes. After an act of one's own everything is known already, once its sync is over. */
  heard(accountId: string, changed: Readonly<Record<string, string>>): void {
    this.told.set(accountId, { ...this.told.get(accountId), ...changed })
    setTimeout(async () => {
      await this.syncing.get(accountId)?.catch(() => {})
      const told = this.told.get(accountId)
      this.told.delete(accountId)
      if (told && this.isNews(accountId, told)) await this.sync(accountId).catch(() => {})
    }, 60)
  }

  private isNews(accountId: string, changed: Readonly<Record<string, string>>): boolean {
    const a = this.account(accountId)
    const known: Record<string, string | null | undefined> = { Email: a?.emails.state, Mailbox: a?.mailboxes.state, Thread: a?.threads.state }
    return Object.entries(changed).some(([type, state]) => type in known && known[type] !== state)
  }

  /** Looks for changes soon; several calls within the pause become one. */
  syncSoon(accountId: string, delay = 60): void {
    if (this.timers.has(accountId)) return
    this.timers.set(
      accountId,
      setTimeout(() => {
        this.timers.delete(accountId)
        void this.sync(accountId).catch(() => {})
      }, delay),
    )
  }

  /** Brings one account up to date; what runs already is joined and repeated. */
  async sync(accountId: string): Promise<void> {
    const a = this.account(accountId)
    if (!a) return
    const running = this.syncing.get(accountId)
    const job = (running ?? Promise.resolve()).catch(() => {}).then(() => this.syncNow(a))
    this.syncing.set(accountId, job)
    await job
  }

  private async syncNow(a: MailAccount): Promise<void> {
    // The lists are asked last: whatever a state that is known by then covers, they have seen.
    const records = [this.syncMailboxes(a), this.syncEmails(a), this.syncThreads(a)]
    await Promise.all([...records, ...this.viewsOf(a).map((v) => v.refresh())])
  }

  private async syncMailboxes(a: MailAccount): Promise<void> {
    if (a.mailboxes.state === null) return this.loadMailboxes(a)
    const group = this.transport.group()
    const changes = group.add<ChangesResponse>('Mailbox/changes', { accountId: a.id, sinceState: a.mailboxes.state })
    const created = group.add<GetResponse<Mailbox>>('Mailbox/get', { accountId: a.id, '#ids': changes.ref('/created') })
    const updated = group.add<GetResponse<Mailbox>>('Mailbox/get', { accountId: a.id, '#ids': changes.ref('/updated') })
    try {
      const c = await changes.result
      const [n, u] = await Promise.all([created.result, updated.result])
      a.mailboxes.put([...n.list, ...u.list])
      a.mailboxes.remove(c.destroyed)
      a.mailboxes.state = c.newState
      if (c.hasMoreChanges) await this.syncMailboxes(a)
    } catch (e) {
      if (!(e instanceof SyncError) || e.type !== 'cannotCalculateChanges') throw e
      await this.loadMailboxes(a)
    }
  }

  /** All folders anew, or for the first time where the account could not be reached at the start. */
  private async loadMailboxes(a: MailAccount): Promise<void> {
    const boxes = this.transport.call<GetResponse<Mailbox>>('Mailbox/get', { accountId: a.id, ids: null })
    if (a.identities.length === 0 && SUBMISSION in (this.session.accounts[a.id]?.accountCapabilities ?? {})) {
      void this.transport.call<GetResponse<Identity>>('Identity/get', { accountId: a.id, ids: null }).then((r) => (a.identities = r.list), () => {})
    }
    const all = await boxes
    a.mailboxes.remove(a.mailboxes.ids().filter((id) => !all.list.some((m) => m.id === id)))
    a.mailboxes.put(all.list)
    a.mailboxes.state = all.state
  }

  private async syncEmails(a: MailAccount): Promise<void> {
    if (a.emails.state === null) return
    try {
      const c = await this.transport.call<ChangesResponse>('Email/changes', { accountId: a.id, sinceState: a.emails.state, maxChanges: 500 })
      a.emails.remove(c.destroyed)
      await this.refetch(a, c.updated.filter((id) => a.emails.has(id)))
      a.emails.state = c.newState
      if (c.hasMoreChanges) await this.syncEmails(a)
    } catch (e) {
      if (!(e instanceof SyncError) || e.type !== 'cannotCalculateChanges') throw e
      a.emails.doubt()
      const ids = a.emails.ids()
      for (let end = ids.length; end > 0; end -= CHUNK) await this.refetch(a, ids.slice(Math.max(0, end - CHUNK), end))
    }
  }

  private async refetch(a: MailAccount, ids: string[]): Promise<void> {
    if (ids.length === 0) return
    this.learn(a, await this.transport.call<GetResponse<Email>>('Email/get', { accountId: a.id, ids, properties: ['id', ...CHANGING] }))
  }

  private async syncThreads(a: MailAccount): Promise<void> {
    if (a.threads.state === null) return
    try {
      const c = await this.transport.call<ChangesResponse>('Thread/changes', { accountId: a.id, sinceState: a.threads.state, maxChanges: 500 })
      a.threads.remove(c.destroyed)
      const ids = c.updated.filter((id) => a.threads.has(id))
      a.threads.state = c.newState
      if (ids.length > 0) await this.refetchThreads(a, ids)
      if (c.hasMoreChanges) await this.syncThreads(a)
    } catch (e) {
      if (!(e instanceof SyncError) || e.type !== 'cannotCalculateChanges') throw e
      a.threads.state = null
      await this.refetchThreads(a, a.threads.ids().slice(-200))
    }
  }

  private async refetchThreads(a: MailAccount, ids: string[]): Promise<void> {
    const group = this.transport.group()
    const ts = group.add<GetResponse<Thread>>('Thread/get', { accountId: a.id, ids })
    const es = group.add<GetResponse<Email>>('Email/get', { accountId: a.id, '#ids': ts.ref('/list/*/emailIds'), properties: LIST_PROPERTIES })
    const t = await ts.result
    this.learn(a, await es.result)
    a.threads.state ??= t.state
    a.threads.put(t.list)
  }
}
