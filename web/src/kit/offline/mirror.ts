import { CONTACTS, type Email, type GetResponse, type Identity, type Mailbox, type QueryResponse, type Session, type Thread } from '~/api/jmap'
import type { Me } from '~/app/session'
import type { Fetch, Transport } from '~/kit/sync/transport'
import type { MailAccount } from '~/rooms/mail/account'
import { LIST_PROPERTIES, type MailEngine } from '~/rooms/mail/engine'
import { onChanged } from '~/kit/sync/notices'
import type { Card } from '~/rooms/contacts/card'
import { answer, type Invocation, type Kept } from './answers'
import { serveDownloads } from './downloads'
import { KeptFiles } from './files'
import { askNetwork } from './network'
import { Outbox, type Deed, type OutboxState } from './outbox'
import { isLocal } from './patch'
import { noPeople, syncPeople, type KeptPeople } from './people'
import { NotKept } from './refusal'
import { Vault, Wiped, onWiped } from './vault'

/** How many letters of each place are kept with their words. */
const RECENT: Partial<Record<string, number>> = { inbox: 100, drafts: 50, sent: 50 }
const MOST = 600
const SAVE_AFTER = 3000

interface Front {
  me: Me
  session: Session
  states: Record<string, string>
}

/** What is left of a session that ended before its words were sent. */
interface Unsent {
  address: string
  outbox: OutboxState
}

/** Mirror is the copy of recent mail in this browser, and what was done while there was no line. */
export class Mirror {
  private written = new Map<string, unknown>()
  private timer: ReturnType<typeof setTimeout> | undefined
  private cancels: Promise<void> = Promise.resolve()
  private ended = false
  /** Whether the last question was answered from here. */
  away = false
  onQueued: (waiting: number) => void = () => {}
  /** The browser has no room left; `lost` says that not even what waits to be sent is kept. */
  onFull: (lost: boolean) => void = () => {}
  /** A file was asked for that is not kept. */
  onAbsent: () => void = () => {}
  /** The person signed out in another tab. */
  onEnded: () => void = () => {}

  private constructor(
    private readonly vault: Vault,
    readonly front: Front,
    readonly kept: Kept,
    readonly people: KeptPeople,
    readonly files: KeptFiles,
    readonly outbox: Outbox,
  ) {
    onWiped(() => {
      if (this.ended) return
      this.stop()
      this.onEnded()
    })
  }

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
    const unsent = await vault.get<Unsent>('unsent').catch(() => undefined)
    const owner = old?.me.address ?? unsent?.address
    if (owner !== undefined && owner !== me.address) {
      vault.close()
      await Vault.wipe()
      vault = await Vault.make(me.idleSeconds ?? 12 * 3600)
    }
    const front: Front = { me, session, states: old?.me.address === me.address ? old.states : {} }
    // In this order, so that a crash in between loses neither.
    if (unsent && unsent.address === me.address) {
      await vault.put('outbox', unsent.outbox)
      await vault.delete('unsent')
    }
    await vault.put('front', front)
    return Mirror.over(vault, front)
  }

  private static async over(vault: Vault, front: Front): Promise<Mirror> {
    const accountId = front.session.primaryAccounts['urn:ietf:params:jmap:mail'] ?? ''
    const [mailboxes, emails, threads, identities, box, cards, people, files] = await Promise.all([
      vault.all<Mailbox>('mailbox/'), vault.all<Email>('email/'), vault.all<Thread>('thread/'), vault.get<Identity[]>('identities'), vault.get<OutboxState>('outbox'),
      vault.all<Card>('card/'), vault.get<Omit<KeptPeople, 'cards'>>('people'), KeptFiles.open(vault),
    ])
    const byId = <T extends { id: string }>(list: T[]): Map<string, T> => new Map(list.map((r) => [r.id, r]))
    const known: KeptPeople = { ...noPeople(front.session.primaryAccounts[CONTACTS] ?? ''), ...people, cards: byId(cards) }
    const kept: Kept = { accountId, states: front.states, mailboxes: byId(mailboxes), emails: byId(emails), threads: byId(threads), identities: identities ?? [], people: known }
    const outbox = new Outbox(box ?? { accountId, entries: [], ids: {} }, {
      keep: (s) => vault.put('outbox', s),
      load: () => vault.get<OutboxState>('outbox'),
      ...(navigator.locks ? { alone: <T>(job: () => Promise<T>): Promise<T> => navigator.locks.request('chancery-outbox-state', job) as Promise<T> } : {}),
    })
    const mirror = new Mirror(vault, front, kept, known, files, outbox)
    // What lies there already need not be written again, and what goes is taken away.
    for (const [type, list] of [['mailbox', mailboxes], ['email', emails], ['thread', threads], ['card', cards]] as const) for (const r of list) mirror.written.set(`${type}/${r.id}`, r)
    return mirror
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

  private async fromHere(init: RequestInit | undefined, e: unknown): Promise<Response> {
    if (!(e instanceof TypeError) || typeof init?.body !== 'string') throw e
    try {
      const calls = (JSON.parse(init.body) as { methodCalls: Invocation[] }).methodCalls
      const texts = await this.files.answerTexts(calls)
      const methodResponses = answer(this.kept, calls, (d) => this.act(d), texts)
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
    const kept = this.outbox.add(d, true)
    kept.then(
      () => {
        if (d.kind === 'submit') this.onQueued(this.outbox.waiting)
        // At once, so that what was written is among the drafts even after a crash.
        void this.save().catch((e: unknown) => this.trouble(e))
      },
      (e: unknown) => void this.trouble(e, true),
    )
  }

  /** Makes room where the browser has none: first the files go, then it is told. */
  private async trouble(e: unknown, deed = false): Promise<void> {
    if (e instanceof Wiped || this.ended) return
    await this.files.shed().catch(() => {})
    try {
      await this.outbox.again()
      await this.save()
      this.onFull(false)
    } catch {
      this.onFull(deed || this.outbox.size > 0)
    }
  }

  /** Writes nothing more. */
  stop(): void {
    this.ended = true
    clearTimeout(this.timer)
  }

  /**
   * The session ended, by itself or at the server: letters, contacts and files
   * go. What was written and not sent yet is the person's only copy of it, so it
   * alone stays, sealed, for the same person to sign in again, until its end.
   */
  async lock(): Promise<void> {
    this.stop()
    const state = (await this.vault.get<OutboxState>('outbox').catch(() => undefined)) ?? this.outbox.state
    if (state.entries.length === 0) return Vault.wipe()
    await this.vault.wipeBut('unsent', { address: this.front.me.address, outbox: state } satisfies Unsent)
  }

  /** Follows the engine's own account, and fetches the words of recent letters while the page is at rest. */
  follow(engine: MailEngine): () => void {
    const a = engine.account(this.kept.accountId)
    if (!a) return () => {}
    const take = (): void => {
      this.take(a)
      this.saveSoon()
    }
    const contacts = (): void => void (!this.away && this.people.state !== null && this.followPeople(engine.transport).catch(() => {}))
    const gone = (ids: readonly string[] | null): void => void (ids ? this.drop(ids) : this.dropDestroyed(engine.transport, a)).then(() => this.saveSoon(), () => {})
    const off = [a.emails.onGone(gone), serveDownloads(this.files, () => this.away || !navigator.onLine, () => this.onAbsent()), a.mailboxes.subscribeAll(take), a.emails.subscribeAll(take), a.threads.subscribeAll(take), onChanged('ContactCard', contacts), onChanged('AddressBook', contacts)]
    take()
    const fill = setTimeout(() => void this.fill(engine, a).catch((e: unknown) => (e instanceof DOMException ? this.trouble(e) : undefined)), 4000)
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
    await this.followPeople(engine.transport)
    await this.files.fill(engine.session, a.id, this.kept.emails.values())
  }

  private async followPeople(transport: Transport): Promise<void> {
    if (this.people.accountId === '' || this.away || this.outbox.size > 0) return
    await syncPeople(this.people, transport)
    this.saveSoon()
  }

  /** Asks which of the kept letters still exist, and may be seen. */
  private async dropDestroyed(transport: Transport, a: MailAccount): Promise<void> {
    const ids = [...this.kept.emails.keys()].filter((id) => !isLocal(id))
    for (let i = 0; i < ids.length; i += 500) {
      const got = await transport.call<GetResponse<Email>>('Email/get', { accountId: a.id, ids: ids.slice(i, i + 500), properties: ['id', 'mailboxIds', 'keywords'] })
      await this.drop(got.notFound)
      for (const e of got.list) {
        const old = this.kept.emails.get(e.id)
        if (old) this.kept.emails.set(e.id, { ...old, ...e })
      }
    }
  }

  /** Lets go of letters that are not there any more, and of their files. */
  private async drop(ids: readonly string[]): Promise<void> {
    if (ids.map((id) => this.kept.emails.delete(id)).includes(true)) await this.files.keepOnly(this.kept.emails.values())
  }

  private saveSoon(): void {
    clearTimeout(this.timer)
    if (this.ended) return
    this.timer = setTimeout(() => void this.save().catch((e: unknown) => this.trouble(e)), SAVE_AFTER)
  }

  /** Writes what changed since the last time. */
  async save(): Promise<void> {
    if (this.ended) return
    const now = new Map<string, unknown>()
    for (const m of this.kept.mailboxes.values()) now.set(`mailbox/${m.id}`, m)
    for (const e of this.kept.emails.values()) now.set(`email/${e.id}`, e)
    for (const t of this.kept.threads.values()) if (t.emailIds.some((id) => this.kept.emails.has(id))) now.set(`thread/${t.id}`, t)
    now.set('identities', this.kept.identities)
    for (const c of this.people.cards.values()) now.set(`card/${c.id}`, c)
    for (const [name, value] of now) {
      if (this.written.get(name) === value) continue
      await this.vault.put(name, value)
      this.written.set(name, value)
    }
    for (const name of this.written.keys()) {
      if (now.has(name)) continue
      await this.vault.delete(name)
      this.written.delete(name)
    }
    const { cards: _, ...people } = this.people
    if (people.state !== null) await this.vault.put('people', people)
    await this.vault.put('front', { ...this.front, states: this.kept.states })
  }

  /** Does what waited; one tab at a time. */
  async drain(refused: (d: Deed, why: string) => void): Promise<number> {
    await this.cancels
    await this.outbox.again() // another tab may have left something
    if (this.outbox.size === 0) return 0
    const work = async (): Promise<number> => {
      const done = await this.outbox.drain((name, args) => askNetwork(this.front.session, name, args), refused)
      for (const id of [...this.kept.emails.keys()]) if (isLocal(id)) this.kept.emails.delete(id)
      for (const id of [...this.people.cards.keys()]) if (isLocal(id)) this.people.cards.delete(id)
      this.people.log = []
      await this.save()
      return done
    }
    return navigator.locks ? navigator.locks.request('chancery-outbox', work) : work()
  }
}

/** Forgets all that is kept, as at sign-out. */
export const wipeMirror = (): Promise<void> => Vault.wipe()
