import type { StateChange } from '~/api/types.gen'

type Listener = (accountId: string) => void
const listeners = new Map<string, Set<Listener>>()

/** Hears of each change of a type that the server tells of, with the account. */
export function onChanged(type: string, fn: Listener): () => void {
  const set = listeners.get(type) ?? new Set()
  listeners.set(type, set.add(fn))
  return () => void set.delete(fn)
}

/** Passes a message of the push channel on (RFC 8620 section 7.1). */
export function tellChanged(c: Pick<StateChange, 'changed'>): void {
  for (const [account, types] of Object.entries(c.changed)) {
    for (const type of Object.keys(types)) listeners.get(type)?.forEach((fn) => fn(account))
  }
}

/** After a gap in the channel anything may have changed. */
export function tellCaughtUp(accounts: readonly string[]): void {
  for (const set of listeners.values()) for (const id of accounts) set.forEach((fn) => fn(id))
}
