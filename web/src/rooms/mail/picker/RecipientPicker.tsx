import { useMemo } from 'react'
import type { EmailAddress, GetResponse, Person, QueryResponse, Unit } from '~/api/jmap'
import { language, t as say, useT } from '~/kit/i18n'
import PeoplePicker from '~/kit/picker/PeoplePicker'
import type { Choice, PeopleSource } from '~/kit/picker/source'
import type { MailAccount } from '../account'
import { allLists, searchDirectory, type Suggestion } from '../compose/suggest'
import type { MailEngine } from '../engine'

/** Chooses recipients for one field of the sheet. */
export default function RecipientPicker({ engine, field, recent, onDone, onClose }: { engine: MailEngine; field: string; recent: Suggestion[]; onDone: (list: EmailAddress[]) => void; onClose: () => void }) {
  const t = useT()
  // The directory is the person's own, whichever mailbox is written from.
  const account = engine.accounts[0] as MailAccount
  const source = useMemo(() => directorySource(engine, account, recent), [engine, account, recent])
  return <PeoplePicker title={t('picker.title', { field })} source={source} onClose={onClose} onDone={(list) => onDone(list.map(({ name, email }) => ({ name, email })))} />
}

/** The server's directory as a picker sees it. */
export function directorySource(engine: MailEngine, a: MailAccount, recent: Suggestion[]): PeopleSource {
  return {
    recent,
    units: async () => {
      const r = await engine.transport.call<GetResponse<Unit>>('Unit/get', { accountId: a.id, ids: null })
      return r.list.map((u) => ({ id: u.id, parentId: u.parentId, name: u.names[language()] ?? u.names['en'] ?? Object.values(u.names)[0] ?? '', total: u.totalPeople }))
    },
    people: (unitId, inSubunits) => people(engine, a, unitId, inSubunits),
    lists: async () => (await allLists(engine, a)).map((l) => ({ name: l.name, email: l.email, note: l.kind === 'list' ? `${say('picker.members', { count: l.totalMembers })} · ${l.email}` : l.email })),
    search: (text) => searchDirectory(engine, a, text).then((list) => list.flatMap((s): Choice[] => (s.members ?? [s]).map((m) => ({ ...m, note: s.members ? (s.name ?? '') : s.note })))),
  }
}

const PAGE = 250

/** Everybody of a unit, by rank, page after page. */
async function people(engine: MailEngine, a: MailAccount, unitId: string, inSubunits: boolean): Promise<Choice[]> {
  const out: Choice[] = []
  for (let position = 0; ; position += PAGE) {
    const group = engine.transport.group()
    const q = group.add<QueryResponse>('Person/query', { accountId: a.id, filter: { unitId, inSubunits }, position, limit: PAGE, calculateTotal: true })
    const got = group.add<GetResponse<Person>>('Person/get', { accountId: a.id, '#ids': q.ref('/ids') })
    const [ids, list] = await Promise.all([q.result, got.result])
    for (const id of ids.ids) {
      const p = list.list.find((x) => x.id === id)
      if (p?.email) out.push(choice(p, unitId))
    }
    if (position + PAGE >= (ids.total ?? 0)) return out
  }
}

/** What is said of a person in a unit: the post held there first, then the others, then the rank. */
function choice(p: Person, unitId: string): Choice {
  const posts = [...p.posts].sort((x, y) => Number(y.unitId === unitId) - Number(x.unitId === unitId))
  const notes = posts.map((x) => (x.unitId === unitId ? x.title : `${x.unit} ${x.title}`.trim()) + (x.kind === 'main' ? '' : ` (${say(x.kind === 'acting' ? 'picker.acting' : 'picker.additional')})`))
  return { name: p.name, email: p.email, note: [...notes, p.rank, p.category?.[language()] ?? ''].filter(Boolean).join(' · ') }
}
