import type { Email, GetResponse, Identity, Mailbox, QueryResponse, Session, Thread } from '~/api/jmap'
import type { Me } from '~/app/session'
import type { Fetch, Transport } from '~/kit/sync/transport'
import type { MailAccount } from '~/rooms/mail/account'
import { LIST_PROPERTIES, type MailEngine } from '~/rooms/mail/engine'
import { NotKept, answer, type Invocation, type Kept } from './answers'
import { Outbox, isLocal, type Deed, type OutboxState } from './outbox'
import { Vault } from './vault'

/** How many letters of each place are kept with their words. */
const RECENT: Partial<Record<string, number>> = { inbox: 100, drafts: 50, sent: 50 }
const MOST = 600
const SAVE_AFTER = 3000

interface Front {
  me: Me
  session: Session
  states: Record<string, string>
}

/** Mirror is the copy of recent mail in this browser, and what was done while there was no line. */
export class Mirror {
  private written = new Map<string, unknown>()
  private timer: ReturnType<typeof setTimeout> | undefined
  private cancels: Promise<void> = Promise.resolve()
  /** Whether the last question was answered from here. */
  away = false
  onQueued: (waiting: number) => void = () => {}

  private constructor(
    private readonly vault: Vault,
    readonly front: Front,
    readonly kept: Kept,
    readonly outbox: Outbox,
  ) {}

  /** What was kept of the last session; null when there is nothing. */
  static async open(): Promise<Mirror | null> {
    const vault = await Vault.open()
    const front = await vault?.get<Front>('front').catch(() => undefined)
    return vault && front ? Mirror.over(vault, front) : null
  }

  /** For somebody signed in: takes up what is there, unless it is another person's. */
  static async make(me: Me, session: Session): Promise<Mirror> {
    let vault = await Vault.make(me.idleSeconds ?? 12 * 3600)
    const old = await vault.get<Front>('front').catch(() => undefined)
    if (old && old.me.address !== me.address) {
      vault.close()
      await Vault.wipe()
      vault = await Vault.make(me.idleSeconds ?? 12 * 3600)
    }
    const front: Front = { me, session, states: old?.me.address === me.address ? old.states : {} }
    await vault.put('front', front)
    return Mirror.over(vault, front)
  }

  private static async over(vault: Vault, front: Front): Promise<Mirror> {
    const accountId = front.session.primaryAccounts['urn:ietf:params:jmap:mail'] ?? ''
    const [mailboxes, emails, threads, identities, box] = await Promise.all([
      vault.all<Mailbox>('mailbox/'), vault.all<Email>('email/'), vault.all<Thread>('thread/'), vault.get<Identity[]>('identities'), vault.get<OutboxState>('outbox'),
    ])
    const byId = <T extends { id: string }>(list: T[]): Map<string, T> => new Map(list.map((r) => [r.id, r]))
    const kept: Kept = { accountId, states: front.states, mailboxes: byId(mailboxes), emails: byId(emails), threads: byId(threads), identities: identities ?? [] }
    const outbox = new Outbox(box ?? { accountId, entries: [], ids: {} }, (s) => vault.put('outbox', s))
    return new Mirror(vault, front, kept, outbox)
  }

  /** Asks the network, and where there is none, answers from here. */
  fetcher: Fetch = async (url, init) => {
    try {
      const res = await fetch(url, init)
      // A gateway without a server behind it is no line either.
      if (![502, 503, 504].includes(res.status)) {
        this.away = false
        return res
      }
      return this.fromHere(init, new TypeError(`status ${res.status}`))
    } catch (e) {
      return this.fromHere(init, e)
    }
  }

  private fromHere(init: RequestInit | undefined, e: unknown): Response {
    if (!(e instanceof TypeError) || typeof init?.body !== 'string') throw e
    try {
      const calls = (JSON.parse(init.body) as { methodCalls: Invocation[] }).methodCalls
      const methodResponses = answer(this.kept, calls, (d) => this.act(d))
      for (const [name, args] of calls) {
        if (name === 'EmailSubmission/set') for (const id of Object.keys((args['update'] ?? {}) as object)) this.cancels = this.outbox.cancel(id).then(() => {})
      }
      this.away = true
      return new Response(JSON.stringify({ methodResponses, sessionState: '' }), { headers: { 'Content-Type': 'application/json' } })
    } catch (no) {
      if (no instanceof NotKept) throw e
      throw no
    }
  }

  private act(d: Deed): void {
    // It may have been done, with only the answer lost: so it counts as begun.
    void this.outbox.add(d, true).then(() => d.kind === 'submit' && this.onQueued(this.outbox.waiting))
    this.saveSoon()
  }

  /** Follows the engine's own account, and fetches the words of recent letters while the page is at rest. */
  follow(engine: MailEngine): () => void {
    const a = engine.account(this.kept.accountId)
    if (!a) return () => {}
    const take = (): void => {
      this.take(a)
      this.saveSoon()
    }
    const off = [a.mailboxes.subscribeAll(take), a.emails.subscribeAll(take), a.threads.subscribeAll(take)]
    take()
    const fill = setTimeout(() => void this.fill(engine, a).catch(() => {}), 4000)
    return () => {
      off.forEach((f) => f())
      clearTimeout(fill)
    }
  }

  private take(a: MailAccount): void {
    if (this.away) return
    this.kept.mailboxes = new Map(a.mailboxes.all().map((m) => [m.id, m]))
    for (const e of a.emails.all()) {
      const old = this.kept.emails.get(e.id)
      // The engine forgets words it can ask for again; here they are kept.
      this.kept.emails.set(e.id, e.bodyValues === undefined && old?.bodyValues ? { ...old, ...e, bodyValues: old.bodyValues } : e)
    }
    for (const t of a.threads.all()) this.kept.threads.set(t.id, t)
    this.kept.identities = a.identities
    for (const [type, store] of [['Mailbox', a.mailboxes], ['Email', a.emails], ['Thread', a.threads]] as const) if (store.state) this.kept.states[type] = store.state
    this.trim()
  }

  private trim(): void {
    if (this.kept.emails.size <= MOST) return
    const old = [...this.kept.emails.values()].filter((e) => !isLocal(e.id)).toSorted((x, y) => x.receivedAt.localeCompare(y.receivedAt))
    for (const e of old.slice(0, this.kept.emails.size - MOST)) this.kept.emails.delete(e.id)
  }

  private async fill(engine: MailEngine, a: MailAccount): Promise<void> {
    for (const [role, limit] of Object.entries(RECENT)) {
      const box = a.mailboxes.all().find((m) => m.role === role)
      if (!box) continue
      const q = await engine.transport.call<QueryResponse>('Email/query', { accountId: a.id, filter: { inMailbox: box.id }, sort: [{ property: 'receivedAt', isAscending: false }], limit })
      const got = await engine.transport.call<GetResponse<Email>>('Email/get', { accountId: a.id, ids: q.ids, properties: LIST_PROPERTIES })
      a.emails.put(got.list)
      // What left the folder elsewhere is asked for by the next sync; here only new words are fetched.
      const missing = q.ids.filter((id) => this.kept.emails.get(id)?.bodyValues === undefined)
      for (let i = 0; i < missing.length; i += 20) {
        await engine.loadBodies(a, missing.slice(i, i + 20))
        this.take(a)
        await new Promise((r) => setTimeout(r, 300))
      }
      await this.dropDestroyed(engine.transport, a)
    }
    this.saveSoon()
  }

  /** Asks which of the kept letters still exist. */
  private async dropDestroyed(transport: Transport, a: MailAccount): Promise<void> {
    const ids = [...this.kept.emails.keys()].filter((id) => !isLocal(id)).slice(0, 500)
    const got = await transport.call<GetResponse<Email>>('Email/get', { accountId: a.id, ids, properties: ['id', 'mailboxIds', 'keywords'] })
    for (const id of got.notFound ?? []) this.kept.emails.delete(id)
    for (const e of got.list) {
      const old = this.kept.emails.get(e.id)
      if (old) this.kept.emails.set(e.id, { ...old, ...e })
    }
  }

  private saveSoon(): void {
    clearTimeout(this.timer)
    this.timer = setTimeout(() => void this.save().catch(() => {}), SAVE_AFTER)
  }

  /** Writes what changed since the last time. */
  async save(): Promise<void> {
    const now = new Map<string, unknown>()
    for (const m of this.kept.mailboxes.values()) now.set(`mailbox/${m.id}`, m)
    for (const e of this.kept.emails.values()) now.set(`email/${e.id}`, e)
    for (const t of this.kept.threads.values()) if (t.emailIds.some((id) => this.kept.emails.has(id))) now.set(`thread/${t.id}`, t)
    now.set('identities', this.kept.identities)
    for (const [name, value] of now) if (this.written.get(name) !== value) await this.vault.put(name, value)
    for (const name of this.written.keys()) if (!now.has(name)) await this.vault.delete(name)
    this.written = now
    await this.vault.put('front', { ...this.front, states: this.kept.states })
  }

  /** Does what waited; one tab at a time. */
  async drain(refused: (d: Deed, why: string) => void): Promise<number> {
    await this.cancels
    if (this.outbox.size === 0) return 0
    const work = async (): Promise<number> => {
      const done = await this.outbox.drain((name, args) => askNetwork(this.front.session, name, args), refused)
      for (const id of [...this.kept.emails.keys()]) if (isLocal(id)) this.kept.emails.delete(id)
      await this.save()
      return done
    }
    return navigator.locks ? navigator.locks.request('chancery-outbox', work) : work()
  }
}

// Not by the client's transport, whose questions are answered from here when the line goes.
async function askNetwork<T>(session: Session, name: string, args: Record<string, unknown>): Promise<T> {
  const using = ['urn:ietf:params:jmap:core', 'urn:ietf:params:jmap:mail', 'urn:ietf:params:jmap:submission']
  const res = await fetch(session.apiUrl, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ using, methodCalls: [[name, args, '0']] }) })
  if (!res.ok) throw new TypeError(`status ${res.status}`)
  const [got] = ((await res.json()) as { methodResponses: Invocation[] }).methodResponses
  if (!got || got[0] === 'error') throw new Error(String(got?.[1]['type']))
  return got[1] as T
}

/** Forgets all that is kept, as at sign-out. */
export const wipeMirror = (): Promise<void> => Vault.wipe()
