import type { Email, Filter, GetResponse, QueryResponse, SetResponse } from '~/api/jmap'
import { asSyncError, type SyncError } from '~/kit/sync/errors'
import type { MailAccount } from '../account'
import type { MailEngine } from '../engine'
import { inversePatch, type EmailPatch } from '../patch'
import { dropJob, showJob } from './jobs'

/** How far a piece of long work has come. */
export interface Job {
  id: number
  /** What is being done, in words. */
  title: string
  done: number
  /** Unknown while the letters are still being counted. */
  total: number | undefined
  /** Letters the server would not change. */
  refused: number
  state: 'counting' | 'running' | 'stopped' | 'done' | 'failed'
  error?: SyncError
  stop: () => void
  /** Goes on after a stop or a failure. */
  resume?: () => void
  undo?: () => void
}

export type BulkAct =
  | { kind: 'change'; patch: (e: Email) => EmailPatch }
  | { kind: 'destroy' }

interface Work {
  engine: MailEngine
  account: MailAccount
  title: string
  /** Names the way back, for its own progress. */
  undoTitle: string
}

/** Letters read in one call, and changed in one: small enough to stop within a moment. */
const PAGE = 500
const CHUNK = 250
let serial = 0

/**
 * Does one thing to every letter that a filter finds. The letters are counted
 * first and then worked off in chunks, so that what the act itself takes out
 * of the list does not shift the rest. Resolves when nothing more will happen,
 * and says whether all of it was done: it can be stopped, fail, or be refused.
 */
export async function bulk(w: Work, filter: Filter, act: BulkAct): Promise<boolean> {
  const step = act.kind === 'destroy' ? destroyer(w) : changer(w, act.patch)
  return work(w, () => allIds(w, filter), step.run, step.back)
}

type Step = (ids: string[]) => Promise<number>

/** Runs the steps, tells of the progress, and can stop between two of them. */
async function work(w: Work, find: () => Promise<string[]>, step: Step, back?: () => Promise<unknown>): Promise<boolean> {
  let ids: string[] | undefined
  let stopped = false
  let job: Job = { id: ++serial, title: w.title, done: 0, total: undefined, refused: 0, state: 'counting', stop: () => (stopped = true) }
  const tell = (change: Partial<Job>): void => {
    job = { ...job, ...change }
    showJob(job)
  }
  const ended = (): Partial<Job> => {
    if (!back || job.done === 0) return {}
    const undo = (): void => {
      dropJob(job.id)
      void back()
    }
    return { undo }
  }
  const go = async (): Promise<void> => {
    stopped = false
    try {
      tell({ state: ids ? 'running' : 'counting' })
      ids ??= await find()
      tell({ state: 'running', total: ids.length })
      while (job.done < ids.length) {
        if (stopped) return tell({ state: 'stopped', resume: () => void go(), ...ended() })
        const some = ids.slice(job.done, job.done + CHUNK)
        const refused = await step(some)
        tell({ done: job.done + some.length, refused: job.refused + refused })
      }
      tell({ state: 'done', ...ended() })
    } catch (e) {
      tell({ state: 'failed', error: asSyncError(e), resume: () => void go(), ...ended() })
    } finally {
      w.engine.syncSoon(w.account.id)
    }
  }
  await go()
  return job.state === 'done' && job.refused === 0
}

/** Every id that the filter finds, letter by letter and not by conversation. */
async function allIds(w: Work, filter: Filter): Promise<string[]> {
  const ids = new Set<string>()
  for (;;) {
    const r = await w.engine.transport.call<QueryResponse>('Email/query', {
      accountId: w.account.id,
      filter,
      sort: [{ property: 'receivedAt', isAscending: false }],
      position: ids.size,
      limit: PAGE,
    })
    const before = ids.size
    for (const id of r.ids) ids.add(id)
    if (r.ids.length === 0 || ids.size === before) return [...ids]
  }
}

function changer(w: Work, patch: (e: Email) => EmailPatch): { run: Step; back: () => Promise<unknown> } {
  const inverse = new Map<string, EmailPatch>()
  const run: Step = async (ids) => {
    const r = await w.engine.transport.call<GetResponse<Email>>('Email/get', { accountId: w.account.id, ids, properties: ['id', 'mailboxIds', 'keywords'] })
    const update: Record<string, EmailPatch> = {}
    const back = new Map<string, EmailPatch>()
    for (const e of r.list) {
      const p = patch(e)
      if (Object.keys(p).length === 0) continue
      update[e.id] = p
      back.set(e.id, inversePatch(e, p))
    }
    const refused = await set(w, update)
    for (const [id, p] of back) if (!refused.has(id)) inverse.set(id, p)
    return refused.size
  }
  const back = (): Promise<unknown> => {
    const undoing = { ...w, title: w.undoTitle }
    const one: Step = async (ids) => (await set(w, Object.fromEntries(ids.map((id) => [id, inverse.get(id) ?? {}])))).size
    return work(undoing, async () => [...inverse.keys()], one)
  }
  return { run, back }
}

async function set(w: Work, update: Record<string, EmailPatch>): Promise<Set<string>> {
  if (Object.keys(update).length === 0) return new Set()
  const r = await w.engine.transport.call<SetResponse<Email>>('Email/set', { accountId: w.account.id, update })
  return new Set(Object.keys(r.notUpdated ?? {}))
}

function destroyer(w: Work): { run: Step; back?: () => Promise<void> } {
  return {
    run: async (ids) => {
      const r = await w.engine.transport.call<SetResponse<Email>>('Email/set', { accountId: w.account.id, destroy: ids })
      // What is gone already is as it should be.
      return Object.values(r.notDestroyed ?? {}).filter((x) => x.type !== 'notFound').length
    },
  }
}
