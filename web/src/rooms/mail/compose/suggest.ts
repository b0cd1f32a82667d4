import { DIRECTORY, type Email, type EmailAddress, type GetResponse, type Person, type QueryResponse } from '~/api/jmap'
import type { MailAccount } from '../account'
import type { MailEngine } from '../engine'

export interface Suggestion extends EmailAddress {
  /** Unit and title, so that people of one name are told apart. */
  note: string
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

/** Asks the directory; nothing where the server has none. */
export async function searchDirectory(engine: MailEngine, a: MailAccount, text: string): Promise<Suggestion[]> {
  if (!(DIRECTORY in engine.session.capabilities)) return []
  const group = engine.transport.group()
  const q = group.add<QueryResponse>('Person/query', { accountId: a.id, filter: { text }, limit: 8 })
  const got = group.add<GetResponse<Person>>('Person/get', { accountId: a.id, '#ids': q.ref('/ids') })
  try {
    return (await got.result).list
      .filter((p) => p.email)
      .map((p) => ({ name: p.name, email: p.email, note: (p.posts ?? []).map((x) => `${x.unit} ${x.title}`.trim()).join(' · ') }))
  } catch {
    return [] // Writing must go on without the directory.
  }
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
