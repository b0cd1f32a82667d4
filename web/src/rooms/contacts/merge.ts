import { fold, isGroup, nameOf, type Card } from './card'

/** Why cards may be of the same person. */
export type Reason = 'address' | 'phone' | 'name'

export interface Twins {
  cards: Card[]
  reasons: Reason[]
}

/** A number without its punctuation, by its last nine digits: with and without the country, it is the same. */
function digits(number: string): string {
  const all = number.replace(/\D/g, '')
  return all.length >= 7 ? all.slice(-9).replace(/^0+/, '') : ''
}

const keysOf = (c: Card): [Reason, string][] => [
  ...Object.values(c.emails ?? {}).map((e): [Reason, string] => ['address', e.address.trim().toLowerCase()]),
  ...Object.values(c.phones ?? {}).map((p): [Reason, string] => ['phone', digits(p.number)]),
  // Without a name of its own a card is not like another by it. Accents count: Hoà and Hoa are two names.
  ...(c.name?.full || c.name?.components?.length ? [['name', nameOf(c).normalize('NFC').toLowerCase().replace(/\s+/g, ' ')] satisfies [Reason, string]] : []),
]

/** Cards that may be of the same person, largest sets first: each is like another of its set. */
export function twinsOf(cards: readonly Card[]): Twins[] {
  const people = cards.filter((c) => !isGroup(c))
  const parent = new Map(people.map((c) => [c.id, c.id]))
  const root = (id: string): string => {
    const up = parent.get(id) ?? id
    return up === id ? id : root(up)
  }
  const seen = new Map<string, string>()
  const why = new Map<string, Set<Reason>>()
  const links: [string, Reason][] = []
  for (const c of people) {
    for (const [reason, key] of keysOf(c)) {
      if (!key) continue
      const other = seen.get(`${reason} ${key}`)
      if (other === undefined) seen.set(`${reason} ${key}`, c.id)
      else if (other !== c.id) {
        parent.set(root(c.id), root(other))
        links.push([c.id, reason])
      }
    }
  }
  for (const [id, reason] of links) why.set(root(id), (why.get(root(id)) ?? new Set()).add(reason))
  const sets = new Map<string, Card[]>()
  for (const c of people) sets.set(root(c.id), [...(sets.get(root(c.id)) ?? []), c])
  return [...sets].filter(([, list]) => list.length > 1).map(([id, list]) => ({ cards: list, reasons: [...(why.get(id) ?? [])].sort() })).sort((a, b) => b.cards.length - a.cards.length)
}

type Values = Record<string, unknown>
const isMap = (v: unknown): v is Record<string, unknown> => typeof v === 'object' && v !== null && !Array.isArray(v)

/** What an entry says, so that the same thing is not kept twice. */
function sense(property: string, entry: unknown): string {
  const e = isMap(entry) ? entry : {}
  if (property === 'emails') return String(e['address']).trim().toLowerCase()
  if (property === 'phones') return digits(String(e['number'])) || String(e['number'])
  if (property === 'notes') return fold(String(e['note'])).trim()
  const { '@type': _, contexts: __, pref: ___, vCardParams: ____, ...rest } = e
  return fold(JSON.stringify(rest))
}

/** What belongs to a card alone and is never taken from another. */
const own = ['id', 'uid', '@type', 'version', 'addressBookIds', 'created', 'updated', 'prodId', 'kind', 'name', 'blobId']

/** The card that says the most: it is kept, and the others are added to it. */
export function keptOf(cards: readonly Card[]): Card {
  return cards.reduce((best, c) => (JSON.stringify(c).length > JSON.stringify(best).length ? c : best))
}

/** What changes on the kept card, so that nothing that the others say is lost (RFC 9553: entries under ids). */
export function patchOf(kept: Card, cards: readonly Card[]): Values {
  const from = kept as unknown as Values
  const patch: Values = {}
  for (const other of cards) {
    if (other.id === kept.id) continue
    for (const [property, value] of Object.entries(other)) {
      if (own.includes(property) || value === null || value === undefined) continue
      const here = patch[property] ?? from[property]
      if (here === undefined || here === null) patch[property] = value
      else if (isMap(here) && isMap(value)) {
        const both = joined(property, here, value)
        if (both) patch[property] = both
      }
    }
    if (!nameText(kept) && other.name && !patch['name']) patch['name'] = other.name
    // Another way to write the name is not lost either.
    else if (nameText(other) && fold(nameText(other)) !== fold(nameText(kept)) && nameText(kept)) {
      const nicknames = (patch['nicknames'] ?? from['nicknames'] ?? {}) as Record<string, unknown>
      const more = joined('nicknames', nicknames, { n1: { name: nameText(other) } })
      if (more) patch['nicknames'] = more
    }
  }
  return patch
}

const nameText = (c: Card): string => (c.name?.full || c.name?.components?.length ? nameOf(c) : '')

/** Both maps in one, new entries under free ids; nothing when the second says nothing new. */
function joined(property: string, here: Values, more: Values): Values | undefined {
  const said = new Set(Object.values(here).map((e) => sense(property, e)))
  const out = { ...here }
  for (const [id, entry] of Object.entries(more)) {
    // Sets, such as keywords, have ids that are what they say.
    const plain = entry === true
    if (plain ? out[id] : said.has(sense(property, entry))) continue
    said.add(sense(property, entry))
    let free = id
    for (let n = 2; !plain && free in out; n++) free = `${id}-${n}`
    out[free] = entry
  }
  return Object.keys(out).length > Object.keys(here).length ? out : undefined
}

/** What sets each changed property back to what it was. */
export function unpatch(kept: Card, patch: Values): Values {
  return Object.fromEntries(Object.keys(patch).map((k) => [k, (kept as unknown as Values)[k] ?? null]))
}

/** Groups in which the others stand, with the kept one in their place. */
export function membersAfter(groups: readonly Card[], kept: Card, others: readonly Card[]): { group: Card; members: Record<string, true> }[] {
  const gone = new Set(others.map((c) => c.uid))
  return groups.flatMap((group) => {
    const uids = Object.keys(group.members ?? {})
    if (!uids.some((u) => gone.has(u))) return []
    return [{ group, members: Object.fromEntries([...new Set([...uids.filter((u) => !gone.has(u)), kept.uid])].map((u) => [u, true as const])) }]
  })
}
