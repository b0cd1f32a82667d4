import { useEffect, useSyncExternalStore } from 'react'
import { APPROVALS, type Approval, type GetResponse } from '~/api/jmap'
import { setBadge } from '~/app/badges'
import { asSyncError, type SyncError } from '~/kit/sync/errors'
import { onChanged } from '~/kit/sync/notices'
import type { MailEngine } from '~/rooms/mail/engine'

/** What waits for the person, what they asked for, and what was decided of late. */
export class Approvals {
  /** In the server's order: the earliest deadline first. */
  list: readonly Approval[] = []
  loaded = false
  error: SyncError | null = null
  private version = 0
  private listeners = new Set<() => void>()
  private chain: Promise<void> = Promise.resolve()

  constructor(private readonly engine: MailEngine) {}

  get accountId(): string {
    return this.engine.session.primaryAccounts[APPROVALS] ?? this.engine.accounts[0]?.id ?? ''
  }

  get waiting(): Approval[] {
    return this.list.filter((a) => a.mayDecide)
  }

  get(id: string | undefined): Approval | undefined {
    return this.list.find((a) => a.id === id)
  }

  subscribe = (fn: () => void): (() => void) => {
    this.listeners.add(fn)
    return () => this.listeners.delete(fn)
  }

  snapshot = (): number => this.version

  /** Reads all anew. One after the other: an older answer must not come last. */
  load(): Promise<void> {
    const job = this.chain.then(() => this.loadNow())
    this.chain = job
    return job
  }

  private async loadNow(): Promise<void> {
    try {
      this.list = (await this.engine.transport.call<GetResponse<Approval>>('Approval/get', { accountId: this.accountId, ids: null })).list
      this.loaded = true
      this.error = null
      setBadge('approvals', this.waiting.length)
    } catch (e) {
      this.error = asSyncError(e)
    }
    this.version++
    this.listeners.forEach((fn) => fn())
  }

  /** Decides: approve, or refuse with a note. */
  decide(id: string, what: 'approve' | 'refuse', note = ''): Promise<void> {
    return this.say({ id, what, note })
  }

  /** Lets another decide. */
  pass(id: string, to: string, note: string): Promise<void> {
    return this.say({ id, what: 'pass', to, note })
  }

  private async say(args: Record<string, string>): Promise<void> {
    try {
      await this.engine.transport.call('Approval/decide', { accountId: this.accountId, ...args })
    } finally {
      await this.load() // what is refused is so because something has changed
    }
  }
}

const known = new WeakMap<MailEngine, Approvals>()

/** The decisions of the person at work: one copy for all that show them. */
export function approvalsOf(engine: MailEngine): Approvals {
  let a = known.get(engine)
  if (!a) known.set(engine, (a = new Approvals(engine)))
  return a
}

/** Keeps them current until the session ends. */
export function follow(engine: MailEngine, ended: AbortSignal): void {
  if (ended.aborted) return
  const a = approvalsOf(engine)
  const stop = onChanged('Approval', (id) => void (id === a.accountId && a.load()))
  ended.addEventListener('abort', () => {
    stop()
    setBadge('approvals', 0)
  })
  void a.load()
}

/** Follows them on a screen. */
export function useApprovals(engine: MailEngine): Approvals {
  const a = approvalsOf(engine)
  useSyncExternalStore(a.subscribe, a.snapshot)
  useEffect(() => void (a.loaded || a.load()), [a])
  return a
}
