import { CONTACTS, DIRECTORY, type Email, type EmailAddress, type GetResponse, type MailingList, type Organisation, type Person, type QueryResponse } from '~/api/jmap'
import type { MailAccount } from '../account'
import type { MailEngine } from '../engine'

export interface Suggestion extends EmailAddress {
  /** Unit and title, so that people of one name are told apart. */
  note: string
  /** Of a group of contacts: whom it stands for. */
  members?: EmailAddress[]
}

/** The people one has written to lately, the most frequent first; read from Sent, so the same on every device. */
export async function recentPeople(engine: MailEngine, a: MailAccount): Promise<Suggestion[]> {
  const sent = a.role('sent')
  if (!sent) return []
  const group = engine.transport.group()
  const q = group.add<QueryResponse>('Email/query', { accountId: a.id, filter: { inMailbox: sent.id }, sort: [{ property: 'receivedAt', isAscending: false }], limit: 100 })
  const got = group.add<GetResponse<Email>>('Email/get', { accountId: a.id, '#ids': q.ref('/ids'), properties: ['id', 'to', 'cc'] })
  const counted = new Map<string, { s: Suggestion; n: number }>()
  for (const e of (await got.result).list) {
    for (const p of [...(e.to ?? []), ...(e.cc ?? [])]) {
      const k = p.email.toLowerCase()
      const seen = counted.get(k)
      if (seen) seen.n++
      else counted.set(k, { s: { ...p, note: '' }, n: 1 })
    }
  }
  return [...counted.values()].sort((x, y) => y.n - x.n).map((x) => x.s)
}

/** People and lists that fit the words: one's own contacts and groups first, then the directory. */
export async function searchDirectory(engine: MailEngine, a: MailAccount, text: string): Promise<Suggestion[]> {
  const found = await Promise.all([searchContacts(engine, text), searchPeople(engine, a, text), searchLists(engine, a, text)].map((p) => p.catch(() => []))) // Writing must go on without them.
  const seen = new Set<string>()
  return found.flat().filter((s) => {
    const k = s.email.toLowerCase()
    return !seen.has(k) && seen.add(k)
  })
}

async function searchPeople(engine: MailEngine, a: MailAccount, text: string): Promise<Suggestion[]> {
  if (!(DIRECTORY in engine.session.capabilities)) return []
  const group = engine.transport.group()
  const q = group.add<QueryResponse>('Person/query', { accountId: a.id, filter: { text }, limit: 8 })
  const got = group.add<GetResponse<Person>>('Person/get', { accountId: a.id, '#ids': q.ref('/ids') })
  const list = (await got.result).list
  return (await q.result).ids
    .map((id) => list.find((p) => p.id === id))
    .filter((p): p is Person => Boolean(p?.email))
    .map((p) => ({ name: p.name, email: p.email, note: (p.posts ?? []).map((x) => `${x.unit} ${x.title}`.trim()).join(' · ') }))
}

interface Card {
  uid?: string
  kind?: string
  name?: { full?: string; components?: { kind: string; value: string }[] }
  emails?: Record<string, { address: string }>
  organizations?: Record<string, { name?: string }>
  members?: Record<string, true>
}

async function searchContacts(engine: MailEngine, text: string): Promise<Suggestion[]> {
  const accountId = engine.session.primaryAccounts[CONTACTS]
  if (!accountId) return []
  const group = engine.transport.group()
  const q = group.add<QueryResponse>('ContactCard/query', { accountId, filter: { text }, limit: 8 })
  const got = group.add<GetResponse<Card>>('ContactCard/get', { accountId, '#ids': q.ref('/ids'), properties: ['uid', 'kind', 'name', 'emails', 'organizations', 'members'] })
  const out: Suggestion[] = []
  for (const c of (await got.result).list) {
    const note = Object.values(c.organizations ?? {})[0]?.name ?? ''
    if (c.kind === 'group') {
      const members = await groupMembers(engine, accountId, c)
      if (members.length > 0) out.push({ name: cardName(c), email: `(${members.length}) ${members.map((m) => m.name ?? m.email).join(', ')}`, note: '', members })
    } else for (const e of Object.values(c.emails ?? {})) out.push({ name: cardName(c), email: e.address, note })
  }
  return out
}

/** The addresses of a group's members, one each. */
async function groupMembers(engine: MailEngine, accountId: string, group: Card): Promise<EmailAddress[]> {
  const uids = Object.keys(group.members ?? {})
  if (uids.length === 0) return []
  const calls = engine.transport.group()
  const q = calls.add<QueryResponse>('ContactCard/query', { accountId, filter: { operator: 'OR', conditions: uids.slice(0, 200).map((uid) => ({ uid })) } })
  const got = calls.add<GetResponse<Card>>('ContactCard/get', { accountId, '#ids': q.ref('/ids'), properties: ['name', 'emails'] })
  return (await got.result).list.flatMap((c) => Object.values(c.emails ?? {}).slice(0, 1).map((e) => ({ name: cardName(c), email: e.address })))
}

function cardName(c: Card): string | null {
  if (c.name?.full) return c.name.full
  const parts = c.name?.components ?? []
  const of = (kind: string): string[] => parts.filter((p) => p.kind === kind).map((p) => p.value)
  const han = parts.some((p) => /\p{Script=Han}|\p{Script=Hangul}/u.test(p.value))
  return (han ? [...of('surname'), ...of('given')].join('') : [...of('given'), ...of('given2'), ...of('surname')].join(' ')) || null
}

const lists = new WeakMap<MailEngine, Promise<MailingList[]>>()

/** Distribution lists and the mailboxes of functions; asked for once. */
export function allLists(engine: MailEngine, a: MailAccount): Promise<MailingList[]> {
  let known = lists.get(engine)
  if (!known) {
    known = engine.transport.call<GetResponse<MailingList>>('List/get', { accountId: a.id, ids: null }).then((r) => r.list)
    known.catch(() => lists.delete(engine))
    lists.set(engine, known)
  }
  return known
}

async function searchLists(engine: MailEngine, a: MailAccount, text: string): Promise<Suggestion[]> {
  if (!(DIRECTORY in engine.session.capabilities)) return []
  return matching((await allLists(engine, a)).map((l) => ({ name: l.name, email: l.email, note: '' })), text)
}

const domains = new WeakMap<MailEngine, Promise<ReadonlySet<string>>>()

/** The organisation's own mail domains; empty where the server does not tell. */
export function ownDomains(engine: MailEngine): Promise<ReadonlySet<string>> {
  let known = domains.get(engine)
  if (!known) {
    const accountId = engine.session.primaryAccounts[DIRECTORY] ?? ''
    known = accountId ? engine.transport.call<GetResponse<Organisation>>('Organisation/get', { accountId, ids: null }).then((r) => new Set(r.list.flatMap((o) => o.domains))) : Promise.resolve(new Set<string>())
    known.catch(() => domains.delete(engine))
    domains.set(engine, known)
  }
  return known
}

/** Those of the known people whose name or address begins with or contains the text. */
export function matching(people: readonly Suggestion[], text: string): Suggestion[] {
  const want = fold(text)
  if (!want) return []
  const rank = (s: Suggestion): number => {
    const name = fold(s.name ?? '')
    const email = s.email.toLowerCase()
    if (name.startsWith(want) || email.startsWith(want)) return 0
    return name.includes(want) || email.includes(want) ? 1 : 2
  }
  return people.map((s) => [rank(s), s] as const).filter(([r]) => r < 2).sort((x, y) => x[0] - y[0]).map(([, s]) => s).slice(0, 6)
}

// Vietnamese names are found with and without their tone marks.
function fold(s: string): string {
  return s.trim().toLowerCase().replaceAll('đ', 'd').normalize('NFD').replace(/\p{M}/gu, '')
}
