import type { GetResponse, SetResponse } from '~/api/jmap'
import type { Card } from '~/rooms/contacts/card'
import { patched, type Ask, type Patch } from './patch'

/** What was done to the person's contacts without a line. */
export type CardDeed =
  | { kind: 'card'; id: string; accountId: string; card: Omit<Card, 'id'> }
  /** `was` is the card before it was changed, by which a change made elsewhere is noticed; `copyUid` is for a card of its own then. */
  | { kind: 'cardUpdate'; id: string; accountId: string; patch: Patch; was: Card; copyUid: string }
  | { kind: 'cardDestroy'; id: string; accountId: string; was: Card }

/** The reasons that are no refusal of the server: both versions are kept, or the card stays. */
export type Conflict = 'conflictCopied' | 'conflictStays'

/** Does one; null when it was done, otherwise why not. `real` knows the server's id of what was made here, `made` learns it. */
export async function doCard(ask: Ask, d: CardDeed, again: boolean, real: (id: string) => string, made: (id: string) => void): Promise<string | null> {
  const id = real(d.id)
  switch (d.kind) {
    case 'card':
      return create(ask, d.accountId, d.card, again, made)
    case 'cardUpdate':
      return update(ask, d, id, made)
    case 'cardDestroy':
      return destroy(ask, d, id)
  }
}

async function create(ask: Ask, accountId: string, card: Omit<Card, 'id'>, again: boolean, made: (id: string) => void): Promise<string | null> {
  // The uid is ours (RFC 9553 section 2.1.9), so a card that was made already is found by it.
  const have = again ? (await ask<{ ids: string[] }>('ContactCard/query', { accountId, filter: { uid: card.uid }, limit: 1 })).ids[0] : undefined
  if (have) {
    made(have)
    return null
  }
  const r = await ask<SetResponse<Card>>('ContactCard/set', { accountId, create: { c: card } })
  const id = r.created?.['c']?.id
  if (!id) return r.notCreated?.['c']?.type ?? 'serverFail'
  made(id)
  return null
}

async function current(ask: Ask, accountId: string, id: string): Promise<Card | undefined> {
  return (await ask<GetResponse<Card>>('ContactCard/get', { accountId, ids: [id] })).list[0]
}

async function update(ask: Ask, d: CardDeed & { kind: 'cardUpdate' }, id: string, made: (id: string) => void): Promise<string | null> {
  const now = await current(ask, d.accountId, id)
  const mine = patched(d.was, d.patch)
  const touched = [...new Set(Object.keys(d.patch).map((path) => path.split('/')[0] as keyof Card))]
  if (now && touched.every((p) => same(now[p], mine[p]))) return null // done already, here or there
  if (now && touched.every((p) => same(now[p], d.was[p]))) {
    const r = await ask<SetResponse<Card>>('ContactCard/set', { accountId: d.accountId, update: { [id]: d.patch } })
    return r.notUpdated?.[id]?.type ?? null
  }
  // The same part was changed elsewhere, or the card is gone: what was
  // written here becomes a card of its own, so that neither is lost.
  const copy = Object.fromEntries(Object.entries(mine).filter(([p, v]) => p !== 'id' && !byServer.has(p) && v !== null)) as Omit<Card, 'id'>
  const why = await create(ask, d.accountId, { ...copy, uid: d.copyUid }, true, made)
  return why ?? ('conflictCopied' satisfies Conflict)
}

async function destroy(ask: Ask, d: CardDeed & { kind: 'cardDestroy' }, id: string): Promise<string | null> {
  const now = await current(ask, d.accountId, id)
  if (!now) return null
  const parts = new Set([...Object.keys(now), ...Object.keys(d.was)] as (keyof Card)[])
  // Somebody found it worth changing since; taking it away stays undone and is told.
  for (const p of parts) if (p !== 'id' && !byServer.has(p) && !same(now[p], d.was[p])) return 'conflictStays' satisfies Conflict
  const r = await ask<SetResponse<Card>>('ContactCard/set', { accountId: d.accountId, destroy: [id] })
  const no = r.notDestroyed?.[id]
  return no && no.type !== 'notFound' ? no.type : null
}

// The server sets these by itself whenever a card is written.
const byServer: ReadonlySet<string> = new Set(['updated', 'created', 'prodId', '@type', 'version', 'blobId'])

/** Equality of JSON values, whatever the order of their members. */
export function same(a: unknown, b: unknown): boolean {
  if (a === b || (a ?? undefined) === (b ?? undefined)) return true
  if (typeof a !== 'object' || typeof b !== 'object' || !a || !b || Array.isArray(a) !== Array.isArray(b)) return false
  const keys = new Set([...Object.keys(a), ...Object.keys(b)])
  return [...keys].every((k) => same((a as Record<string, unknown>)[k], (b as Record<string, unknown>)[k]))
}
