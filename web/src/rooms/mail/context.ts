import { createContext, useCallback, useContext, useRef, useSyncExternalStore } from 'react'
import type { Email, Mailbox, Thread } from '~/api/jmap'
import type { RecordStore } from '~/kit/sync/records'
import type { QueryView } from '~/kit/sync/view'
import type { MailAccount } from './account'
import type { MailEngine } from './engine'
import type { ListState } from './list-state'
import type { MailRoute, Show } from './route'
import type { MailActs } from './use-acts'
import type { ComposeStart } from './compose/start'

/** What every part of the mail room may use. */
export interface MailState {
  engine: MailEngine
  account: MailAccount
  /** The folder in view; absent in search, among the starred and under a label. */
  mailbox: Mailbox | undefined
  route: MailRoute
  /** The name under which choices for this place are kept. */
  place: string
  /** The person's own main address. */
  me: string
  view: QueryView
  list: ListState
  acts: MailActs
  /** The person's own addresses, in small letters. */
  mine: ReadonlySet<string>
  conversations: boolean
  go: (to: { accountId?: string; box?: string; threadId?: string | undefined; query?: string; show?: readonly Show[] }, replace?: boolean) => void
  openRow: (emailId: string) => void
  compose: (start: ComposeStart) => void
}

export const MailContext = createContext<MailState | null>(null)

export function useMail(): MailState {
  const m = useContext(MailContext)
  if (!m) throw new Error('useMail outside the mail room')
  return m
}

/** What a letter is shown with: less than the mail room knows, so that other rooms can show one too. */
export interface Reading {
  engine: MailEngine
  /** Where its files are fetched from. */
  account: MailAccount
  /** Words to be marked in it. */
  marks?: readonly string[]
}

export const ReadingContext = createContext<Reading | null>(null)

/** Where a letter is shown: the place around it that says so, else the mail room. */
export function useReading(): Reading {
  const own = useContext(ReadingContext)
  const mail = useContext(MailContext)
  const r = own ?? mail
  if (!r) throw new Error('a letter outside of a room')
  return r
}

/** Follows one record of a store. */
export function useRecord<T extends { id: string }>(store: RecordStore<T>, id: string | undefined): T | undefined {
  // The same function each time: another one would be subscribed anew with every drawing of every row.
  const subscribe = useCallback((fn: () => void) => (id === undefined ? () => {} : store.subscribe(id, fn)), [store, id])
  return useSyncExternalStore(subscribe, () => (id === undefined ? undefined : store.get(id)))
}

export const useEmail = (a: MailAccount, id: string | undefined): Email | undefined => useRecord(a.emails, id)
export const useThread = (a: MailAccount, id: string | undefined): Thread | undefined => useRecord(a.threads, id)

/** Follows all records of a store; for small ones such as the folders. */
export function useVersion<T extends { id: string }>(store: RecordStore<T>): number {
  const subscribe = useCallback((fn: () => void) => store.subscribeAll(fn), [store])
  return useSyncExternalStore(subscribe, () => store.version)
}

/** Follows every email of a thread that is known here, oldest first. */
export function useThreadEmails(a: MailAccount, threadId: string | undefined): Email[] {
  const thread = useThread(a, threadId)
  const last = useRef<Email[]>([])
  const subscribe = useCallback(
    (fn: () => void) => {
      const off = (thread?.emailIds ?? []).map((id) => a.emails.subscribe(id, fn))
      return () => off.forEach((f) => f())
    },
    [a, thread],
  )
  return useSyncExternalStore(subscribe, () => {
    const now = threadId === undefined ? [] : a.threadEmails(threadId)
    // The same emails must be the same array, or React would draw for ever.
    if (now.length !== last.current.length || now.some((e, i) => e !== last.current[i])) last.current = now
    return last.current
  })
}
