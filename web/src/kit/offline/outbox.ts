import type { SetResponse } from '~/api/jmap'

type Args = Record<string, unknown>
type Patch = Record<string, unknown>

/** What was done without a line, in the order it was done. */
export type Deed =
  /** A draft: `email` bears a Message-ID of ours, by which it is found again. */
  | { kind: 'create'; id: string; email: Args & { messageId?: string[] } }
  | { kind: 'update'; id: string; patch: Patch }
  | { kind: 'destroy'; id: string }
  | { kind: 'submit'; id: string; emailId: string; create: Args; onSuccess: Patch }

interface Entry {
  deed: Deed
  /** Begun once already, so that it must be looked up before it is done again. */
  begun?: boolean
}

export interface OutboxState {
  accountId: string
  entries: Entry[]
  /** The server's ids of what was made here. */
  ids: Record<string, string>
}

/** Asks the server; rejects when there is no line. */
export type Ask = <T>(name: string, args: Args) => Promise<T>

export const isLocal = (id: string): boolean => id.startsWith('local-')

/**
 * Outbox keeps deeds until the line is back and then does each exactly once:
 * a deed whose answer was lost is looked up, by Message-ID or by its email,
 * before it is tried again.
 */
export class Outbox {
  constructor(
    readonly state: OutboxState,
    private readonly keep: (s: OutboxState) => Promise<void>,
  ) {}

  get size(): number {
    return this.state.entries.length
  }

  /** Letters that wait to be sent. */
  get waiting(): number {
    return this.state.entries.filter((e) => e.deed.kind === 'submit').length
  }

  /** With `begun`, the deed may have been done already, and only its answer was lost. */
  async add(deed: Deed, begun = false): Promise<void> {
    const all = this.state.entries
    const entry: Entry = begun ? { deed, begun } : { deed }
    if (deed.kind === 'destroy' && isLocal(deed.id) && !this.state.ids[deed.id]) {
      // It never left this place, so it just is no more; nor is it sent.
      this.state.entries = all.filter((e) => !touches(e.deed, deed.id))
    } else if (deed.kind === 'update' && isLocal(deed.id)) {
      const made = all.find((e) => e.deed.kind === 'create' && e.deed.id === deed.id)
      if (made && made.deed.kind === 'create') made.deed.email = patched(made.deed.email, deed.patch)
      else all.push(entry)
    } else all.push(entry)
    await this.keep(this.state)
  }

  /** Calls back a letter that was not sent yet. */
  async cancel(submission: string): Promise<boolean> {
    const before = this.size
    this.state.entries = this.state.entries.filter((e) => e.deed.id !== submission || e.deed.kind !== 'submit')
    await this.keep(this.state)
    return this.size < before
  }

  /** Does everything that waits. Stops at the first failure of the line; what the server refuses is told and left out. */
  async drain(ask: Ask, refused: (d: Deed, why: string) => void): Promise<number> {
    let done = 0
    for (let e = this.state.entries[0]; e; e = this.state.entries[0]) {
      const again = e.begun === true
      e.begun = true
      await this.keep(this.state)
      const why = await this.do(ask, e.deed, again)
      if (why !== null) refused(e.deed, why)
      else done++
      this.state.entries.shift()
      await this.keep(this.state)
    }
    return done
  }

  private real(id: string): string {
    return this.state.ids[id] ?? id
  }

  private async do(ask: Ask, d: Deed, again: boolean): Promise<string | null> {
    const accountId = this.state.accountId
    if (d.kind === 'create') {
      const found = again ? await this.find(ask, d.email.messageId?.[0]) : undefined
      if (found) this.state.ids[d.id] = found
      else {
        const r = await ask<SetResponse<{ id: string }>>('Email/set', { accountId, create: { d: d.email } })
        const made = r.created?.['d']
        if (!made) return r.notCreated?.['d']?.type ?? 'serverFail'
        this.state.ids[d.id] = made.id
      }
      return null
    }
    if (d.kind === 'submit') {
      const emailId = this.real(d.emailId)
      if (isLocal(emailId)) return 'notFound'
      if (again) {
        const q = await ask<{ ids: string[] }>('EmailSubmission/query', {
          accountId,
          // One that was called back does not count.
          filter: { operator: 'OR', conditions: [{ emailIds: [emailId], undoStatus: 'pending' }, { emailIds: [emailId], undoStatus: 'final' }] },
        })
        if (q.ids.length > 0) return null
      }
      const r = await ask<SetResponse<{ id: string }>>('EmailSubmission/set', { accountId, create: { s: { ...d.create, emailId } }, onSuccessUpdateEmail: { '#s': d.onSuccess } })
      return r.created?.['s'] ? null : (r.notCreated?.['s']?.type ?? 'serverFail')
    }
    const id = this.real(d.id)
    // Both come to the same when they are done twice.
    const r = await ask<SetResponse<unknown>>('Email/set', d.kind === 'update' ? { accountId, update: { [id]: d.patch } } : { accountId, destroy: [id] })
    const no = r.notUpdated?.[id] ?? r.notDestroyed?.[id]
    return no && no.type !== 'notFound' ? no.type : null
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

/** Applies a patch of RFC 8620 section 5.3 to an object one or two levels deep. */
export function patched<T extends object>(value: T, patch: Patch): T {
  const out = structuredClone(value) as Record<string, unknown>
  for (const [path, v] of Object.entries(patch)) {
    const [head, tail] = path.split('/').map((p) => p.replaceAll('~1', '/').replaceAll('~0', '~'))
    if (head === undefined) continue
    if (tail === undefined) out[head] = v
    else {
      const inner = { ...(out[head] as Record<string, unknown> | undefined) }
      if (v === null) delete inner[tail]
      else inner[tail] = v
      out[head] = inner
    }
  }
  return out as T
}
