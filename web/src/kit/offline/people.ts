import type { AddressBook, ChangesResponse, GetResponse, QueryResponse } from '~/api/jmap'
import { SyncError } from '~/kit/sync/errors'
import type { Transport } from '~/kit/sync/transport'
import { fold, wordsOf, type Card } from '~/rooms/contacts/card'
import type { CardDeed } from './card-deeds'
import { isLocal, patched, type Args, type Patch } from './patch'
import { NotKept, Refused } from './refusal'

/** More cards than an official keeps; beyond them the oldest known stay. */
export const MOST_CARDS = 5000
const PAGE = 250

/** The person's own address books, as they are kept. */
export interface KeptPeople {
  accountId: string
  /** The server's state of what is here; null before the first load. */
  state: string | null
  books: AddressBook[]
  cards: Map<string, Card>
  /** What was changed here since that state, in order; a screen asks for it by /changes, and by it the server sees that the screen knows more. */
  log: string[]
}

export function noPeople(accountId: string): KeptPeople {
  return { accountId, state: null, books: [], cards: new Map(), log: [] }
}

/** Answers the calls of RFC 9610 that the client makes. */
export function answerPeople(p: KeptPeople, name: string, args: Args, act: (d: CardDeed) => void): Args {
  if (p.state === null) throw new NotKept('contacts')
  const base = { accountId: p.accountId }
  const now = p.state + (p.log.length > 0 ? `+${p.log.length}` : '')
  switch (name) {
    case 'AddressBook/get':
      return { ...base, state: p.state, list: p.books, notFound: [] }
    case 'ContactCard/get': {
      const ids = (args['ids'] as string[] | null | undefined) ?? [...p.cards.keys()]
      return { ...base, state: now, list: ids.flatMap((id) => p.cards.get(id) ?? []), notFound: ids.filter((id) => !p.cards.has(id)) }
    }
    case 'ContactCard/query': {
      const all = [...p.cards.values()].filter((c) => matches(c, args['filter'] as Args | null))
      const from = Number(args['position'] ?? 0)
      return { ...base, queryState: now, canCalculateChanges: false, position: from, ids: all.slice(from, from + Number(args['limit'] ?? PAGE)).map((c) => c.id), total: all.length }
    }
    case 'ContactCard/changes':
      return { ...base, ...changes(p, String(args['sinceState']), now) }
    case 'ContactCard/set':
      return { ...base, oldState: now, ...set(p, args, act), newState: `${p.state}+${p.log.length}` }
  }
  throw new NotKept(name)
}

function matches(c: Card, f: Args | null | undefined): boolean {
  if (!f) return true
  if (typeof f['operator'] === 'string') {
    const parts = (f['conditions'] as Args[]).map((x) => matches(c, x))
    return f['operator'] === 'AND' ? parts.every(Boolean) : f['operator'] === 'OR' ? parts.some(Boolean) : !parts.some(Boolean)
  }
  return Object.entries(f).every(([key, v]) => {
    switch (key) {
      case 'text': return fold(String(v)).split(/\s+/).filter(Boolean).every((w) => wordsOf(c).includes(w))
      case 'uid': return c.uid === v
      case 'inAddressBook': return c.addressBookIds[v as string] === true
      case 'kind': return (c.kind ?? 'individual') === v
      case 'hasMember': return c.members?.[v as string] === true
      default: throw new NotKept(`filter ${key}`)
    }
  })
}

function changes(p: KeptPeople, since: string, now: string): Args {
  const [state, n] = since.split('+')
  if (state !== p.state) throw new Refused('cannotCalculateChanges')
  const ids = [...new Set(p.log.slice(Number(n ?? 0)))]
  return { oldState: since, newState: now, hasMoreChanges: false, created: [], updated: ids.filter((id) => p.cards.has(id)), destroyed: ids.filter((id) => !p.cards.has(id)) }
}

function set(p: KeptPeople, args: Args, act: (d: CardDeed) => void): Args {
  const { accountId } = p
  const created: Record<string, Args> = {}
  for (const [c, raw] of Object.entries((args['create'] ?? {}) as Record<string, Omit<Card, 'id'>>)) {
    const id = `local-${crypto.randomUUID()}`
    const card = { ...raw, uid: raw.uid || `urn:uuid:${crypto.randomUUID()}` }
    p.cards.set(id, { ...card, id })
    p.log.push(id)
    act({ kind: 'card', id, accountId, card })
    created[c] = { id, uid: card.uid }
  }
  const updated: Record<string, null> = {}
  const notUpdated: Record<string, Args> = {}
  for (const [id, patch] of Object.entries((args['update'] ?? {}) as Record<string, Patch>)) {
    const was = p.cards.get(id)
    if (!was) {
      notUpdated[id] = { type: 'notFound' }
      continue
    }
    p.cards.set(id, withoutNulls(patched(was, patch)))
    p.log.push(id)
    act({ kind: 'cardUpdate', id, accountId, patch, was, copyUid: `urn:uuid:${crypto.randomUUID()}` })
    updated[id] = null
  }
  const destroyed = ((args['destroy'] ?? []) as string[]).filter((id) => p.cards.has(id))
  for (const id of destroyed) {
    const was = p.cards.get(id) as Card
    p.cards.delete(id)
    p.log.push(id)
    act({ kind: 'cardDestroy', id, accountId, was })
  }
  return { created, updated, destroyed, notCreated: null, notUpdated, notDestroyed: null }
}

/** A member set to null is one the card does not have (RFC 8620 section 5.3). */
function withoutNulls(c: Card): Card {
  return Object.fromEntries(Object.entries(c).filter(([, v]) => v !== null)) as unknown as Card
}

/** Brings the copy up to date with the server; what was made here and is not known there yet stays. */
export async function syncPeople(p: KeptPeople, transport: Transport): Promise<void> {
  const { accountId } = p
  if (p.state === null) return load(p, transport)
  p.books = (await transport.call<GetResponse<AddressBook>>('AddressBook/get', { accountId, ids: null })).list
  try {
    for (let more = true; more; ) {
      const c: ChangesResponse = await transport.call('ContactCard/changes', { accountId, sinceState: p.state, maxChanges: PAGE })
      const ids = [...c.created, ...c.updated]
      if (ids.length > 0) take(p, (await transport.call<GetResponse<Card>>('ContactCard/get', { accountId, ids })).list)
      c.destroyed.forEach((id) => p.cards.delete(id))
      p.state = c.newState
      more = c.hasMoreChanges
    }
  } catch (e) {
    if (!(e instanceof SyncError) || e.type !== 'cannotCalculateChanges') throw e
    await load(p, transport)
  }
}

async function load(p: KeptPeople, transport: Transport): Promise<void> {
  const { accountId } = p
  const books = transport.call<GetResponse<AddressBook>>('AddressBook/get', { accountId, ids: null })
  const list: Card[] = []
  let state: string | null = null
  for (let position = 0; position < MOST_CARDS; position += PAGE) {
    const group = transport.group()
    const q = group.add<QueryResponse>('ContactCard/query', { accountId, position, limit: PAGE, calculateTotal: true })
    const got = group.add<GetResponse<Card>>('ContactCard/get', { accountId, '#ids': q.ref('/ids') })
    const [ids, cards] = await Promise.all([q.result, got.result])
    list.push(...cards.list)
    state ??= cards.state
    if (position + PAGE >= (ids.total ?? 0)) break
  }
  p.books = (await books).list
  p.cards = new Map([...p.cards].filter(([id]) => isLocal(id)))
  take(p, list)
  p.state = state
}

function take(p: KeptPeople, list: readonly Card[]): void {
  for (const c of list) if (p.cards.has(c.id) || p.cards.size < MOST_CARDS) p.cards.set(c.id, c)
}
