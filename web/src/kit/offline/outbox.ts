import type { SetResponse } from '~/api/jmap'
import { doCard, type CardDeed } from './card-deeds'
import { isLocal, patched, type Args, type Ask, type Patch } from './patch'

/** What was done without a line, in the order it was done. */
export type Deed =
  /** A draft: `email` bears a Message-ID of ours, by which it is found again. */
  | { kind: 'create'; id: string; email: Args & { messageId?: string[] } }
  | { kind: 'update'; id: string; patch: Patch }
  | { kind: 'destroy'; id: string }
  | { kind: 'submit'; id: string; emailId: string; create: Args; onSuccess: Patch }
  | CardDeed

interface Entry {
  deed: Deed
  /** By which it is found in the state another tab has written meanwhile. */
  key?: string
  /** Begun once already, so that it must be looked up before it is done again. */
  begun?: boolean
  /** On its way to the server: what is changed now comes after it. */
  going?: boolean
}

export interface OutboxState {
  accountId: string
  entries: Entry[]
  /** The server's ids of what was made here. */
  ids: Record<string, string>
}

/** Where the state lies; several tabs share it. */
export interface OutboxPlace {
  keep: (s: OutboxState) => Promise<void>
  /** What was kept last, by whichever tab; absent where there is only one. */
  load?: () => Promise<OutboxState | undefined>
  /** Runs one change after the other, over all tabs. */
  alone?: <T>(job: () => Promise<T>) => Promise<T>
}

/**
 * Outbox keeps deeds until the line is back and then does each exactly once:
 * a deed whose answer was lost is looked up, by Message-ID, by uid or by its
 * email, before it is tried again. Every change begins with what another tab
 * may have kept meanwhile, so that none writes over the other.
 */
export class Outbox {
  private turn: Promise<unknown> = Promise.resolve()
  /** What could not be kept is here alone, so what is kept must not replace it. */
  private ahead = false
  private made: Record<string, string> = {}

  constructor(
    public state: OutboxState,
    private readonly place: OutboxPlace,
  ) {}

  get size(): number {
    return this.state.entries.length
  }

  /** Letters that wait to be sent. */
  get waiting(): number {
    return this.state.entries.filter((e) => e.deed.kind === 'submit').length
  }

  /** Takes up what other tabs kept, then changes it and keeps it. */
  private change<T>(job: () => T): Promise<T> {
    const work = async (): Promise<T> => {
      if (!this.ahead) this.state = (await this.place.load?.()) ?? this.state
      this.ahead = true
      const out = job()
      await this.place.keep(this.state)
      this.ahead = false
      return out
    }
    const mine = this.turn.catch(() => {}).then(() => (this.place.alone ? this.place.alone(work) : work()))
    this.turn = mine
    return mine
  }

  /** With `begun`, the deed may have been done already, and only its answer was lost. */
  add(deed: Deed, begun = false): Promise<void> {
    const entry: Entry = { deed, key: crypto.randomUUID(), ...(begun ? { begun } : {}) }
    return this.change(() => this.put(entry))
  }

  private put(entry: Entry): void {
    const { deed } = entry
    const all = this.state.entries
    const made = isLocal(deed.id) ? all.find((e) => !e.going && e.deed.id === deed.id && (e.deed.kind === 'create' || e.deed.kind === 'card')) : undefined
    if ((deed.kind === 'destroy' || deed.kind === 'cardDestroy') && made) {
      // It never left this place, so it just is no more; nor is it sent.
      this.state.entries = all.filter((e) => !touches(e.deed, deed.id))
    } else if (deed.kind === 'update' && made?.deed.kind === 'create') made.deed.email = patched(made.deed.email, deed.patch)
    else if (deed.kind === 'cardUpdate' && made?.deed.kind === 'card') made.deed.card = patched(made.deed.card, deed.patch)
    else all.push(entry)
  }

  /** Keeps the state once more, after a failure. */
  again(): Promise<void> {
    return this.change(() => {})
  }

  /** Calls back a letter that was not sent yet. */
  cancel(submission: string): Promise<boolean> {
    return this.change(() => {
      const before = this.size
      this.state.entries = this.state.entries.filter((e) => e.deed.id !== submission || e.deed.kind !== 'submit' || e.going)
      return this.size < before
    })
  }

  /** Does everything that waits. Stops at the first failure of the line; what the server refuses is told and left out. */
  async drain(ask: Ask, refused: (d: Deed, why: string) => void): Promise<number> {
    let done = 0
    for (;;) {
      const next = await this.change(() => this.begin())
      if (!next) return done
      let why: string | null
      try {
        why = await this.do(ask, next.entry.deed, next.again)
      } catch (e) {
        await this.change(() => void (this.at(next.entry).going = false))
        throw e
      }
      await this.finish(next.entry)
      if (why !== null) refused(next.entry.deed, why)
      else done++
    }
  }

  private begin(): { entry: Entry; again: boolean } | null {
    const e = this.state.entries[0]
    if (!e) return null
    // An entry that was on its way when its tab was closed may have arrived.
    const again = e.begun === true || e.going === true
    e.key ??= crypto.randomUUID()
    e.begun = e.going = true
    return { entry: e, again }
  }

  private at(entry: Entry): Entry {
    return this.state.entries.find((e) => e.key === entry.key) ?? entry
  }

  private async finish(entry: Entry): Promise<void> {
    await this.change(() => {
      Object.assign(this.state.ids, this.made)
      this.state.entries = this.state.entries.filter((e) => e.key !== entry.key)
    })
  }

  private real(id: string): string {
    return this.made[id] ?? this.state.ids[id] ?? id
  }

  private async do(ask: Ask, d: Deed, again: boolean): Promise<string | null> {
    const accountId = this.state.accountId
    switch (d.kind) {
      case 'create':
        return this.create(ask, d, again)
      case 'submit':
        return this.submit(ask, d, again)
      case 'card':
      case 'cardUpdate':
      case 'cardDestroy':
        return doCard(ask, d, again, (id) => this.real(id), (id) => (this.made[d.id] = id))
    }
    const id = this.real(d.id)
    // Both come to the same when they are done twice.
    const r = await ask<SetResponse<unknown>>('Email/set', d.kind === 'update' ? { accountId, update: { [id]: d.patch } } : { accountId, destroy: [id] })
    const no = r.notUpdated?.[id] ?? r.notDestroyed?.[id]
    return no && no.type !== 'notFound' ? no.type : null
  }

  private async create(ask: Ask, d: Deed & { kind: 'create' }, again: boolean): Promise<string | null> {
    const accountId = this.state.accountId
    const found = again ? await this.find(ask, d.email.messageId?.[0]) : undefined
    if (found) {
      this.made[d.id] = found
      return null
    }
    const r = await ask<SetResponse<{ id: string }>>('Email/set', { accountId, create: { d: d.email } })
    const made = r.created?.['d']
    if (!made) return r.notCreated?.['d']?.type ?? 'serverFail'
    this.made[d.id] = made.id
    return null
  }

  private async submit(ask: Ask, d: Deed & { kind: 'submit' }, again: boolean): Promise<string | null> {
    const accountId = this.state.accountId
    const emailId = this.real(d.emailId)
    if (isLocal(emailId)) return 'notFound'
    if (again) {
      // One that was called back does not count.
      const filter = { operator: 'OR', conditions: [{ emailIds: [emailId], undoStatus: 'pending' }, { emailIds: [emailId], undoStatus: 'final' }] }
      const q = await ask<{ ids: string[] }>('EmailSubmission/query', { accountId, filter })
      if (q.ids.length > 0) return null
    }
    const r = await ask<SetResponse<{ id: string }>>('EmailSubmission/set', { accountId, create: { s: { ...d.create, emailId } }, onSuccessUpdateEmail: { '#s': d.onSuccess } })
    return r.created?.['s'] ? null : (r.notCreated?.['s']?.type ?? 'serverFail')
  }

  private async find(ask: Ask, messageId: string | undefined): Promise<string | undefined> {
    if (!messageId) return undefined
    const q = await ask<{ ids: string[] }>('Email/query', { accountId: this.state.accountId, filter: { header: ['Message-ID', messageId] }, limit: 1 })
    return q.ids[0]
  }
}

function touches(d: Deed, id: string): boolean {
  return d.id === id || (d.kind === 'submit' && d.emailId === id)
}
