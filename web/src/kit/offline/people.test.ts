import { describe, expect, test } from 'vitest'
import type { Transport } from '~/kit/sync/transport'
import { protocolError } from '~/kit/sync/errors'
import type { Card } from '~/rooms/contacts/card'
import { doCard, same, type CardDeed } from './card-deeds'
import type { Args, Ask } from './patch'
import { answerPeople, noPeople, syncPeople, type KeptPeople } from './people'
import { NotKept, Refused } from './refusal'

const card = (id: string, name: string, more: Partial<Card> = {}): Card => ({ id, uid: `u-${id}`, addressBookIds: { b: true }, name: { full: name }, ...more })

function kept(...cards: Card[]): KeptPeople {
  return { ...noPeople('A'), state: '7', books: [{ id: 'b', name: 'Mine' } as never], cards: new Map(cards.map((c) => [c.id, c])) }
}

function ask(p: KeptPeople, name: string, args: Args, deeds: CardDeed[] = []): Args {
  return answerPeople(p, name, { accountId: 'A', ...args }, (d) => deeds.push(d))
}

describe('contacts without a line', () => {
  const p = kept(card('1', '林雅婷', { emails: { e: { address: 'lin@city.example' } } }), card('2', 'Nguyễn Đức', { notes: { n: { note: 'Phòng tài chính' } } }), card('3', 'Team', { kind: 'group', members: { 'u-1': true } }))
  test.each([
    [{ text: '雅婷' }, ['1']],
    [{ text: 'duc tai' }, ['2']],
    [{ text: 'lin@' }, ['1']],
    [{ uid: 'u-2' }, ['2']],
    [{ kind: 'group' }, ['3']],
    [{ operator: 'OR', conditions: [{ uid: 'u-1' }, { uid: 'u-3' }] }, ['1', '3']],
    [null, ['1', '2', '3']],
  ])('found by %j', (filter, ids) => expect(ask(p, 'ContactCard/query', { filter })).toMatchObject({ ids, total: ids.length }))

  test('what is not here is no answer', () => {
    expect(() => ask(noPeople('A'), 'ContactCard/query', {})).toThrow(NotKept)
    expect(() => ask(p, 'VCard/import', {})).toThrow(NotKept)
    expect(() => ask(p, 'ContactCard/query', { filter: { createdAfter: 'x' } })).toThrow(NotKept)
  })

  test('a screen that follows by /changes hears of what is done here', () => {
    const q = kept(card('1', 'Old name'), card('2', 'Goes'))
    const deeds: CardDeed[] = []
    const made = ask(q, 'ContactCard/set', { create: { c: { addressBookIds: { b: true }, name: { full: 'New' } } }, update: { 1: { name: { full: 'New name' }, notes: null } }, destroy: ['2'] }, deeds)
    const id = (made['created'] as { c: { id: string } }).c.id
    expect(deeds.map((d) => d.kind)).toEqual(['card', 'cardUpdate', 'cardDestroy'])
    const c = ask(q, 'ContactCard/changes', { sinceState: '7' })
    expect(c).toMatchObject({ updated: [id, '1'], destroyed: ['2'], newState: '7+3', hasMoreChanges: false })
    expect(ask(q, 'ContactCard/changes', { sinceState: '7+3' })).toMatchObject({ updated: [], destroyed: [] })
    expect(() => ask(q, 'ContactCard/changes', { sinceState: '6' })).toThrow(Refused)
    expect(q.cards.get('1')).toEqual(card('1', 'New name'))
    expect(q.cards.get(id)?.uid).toMatch(/^urn:uuid:/)
    expect(ask(q, 'ContactCard/set', { update: { nobody: {} } })).toMatchObject({ notUpdated: { nobody: { type: 'notFound' } } })
  })
})

/** A server of contacts that counts what it is told. */
class Server {
  cards = new Map<string, Card>()
  calls: string[] = []
  constructor(...cards: Card[]) {
    for (const c of cards) this.cards.set(c.id, c)
  }
  ask: Ask = async <T>(name: string, args: Args): Promise<T> => {
    this.calls.push(name)
    return this.do(name, args) as T
  }
  private do(name: string, args: Args): unknown {
    if (name === 'ContactCard/query') return { ids: [...this.cards.values()].filter((c) => c.uid === (args['filter'] as { uid: string }).uid).map((c) => c.id) }
    if (name === 'ContactCard/get') return { list: (args['ids'] as string[]).flatMap((i) => this.cards.get(i) ?? []) }
    const { create, update, destroy } = args as { create?: { c: Card }; update?: Record<string, Partial<Card>>; destroy?: string[] }
    if (create) {
      const id = `n${this.cards.size}`
      this.cards.set(id, { ...create.c, id })
      return { created: { c: { id } } }
    }
    for (const [id, patch] of Object.entries(update ?? {})) this.cards.set(id, { ...(this.cards.get(id) as Card), ...patch })
    for (const id of destroy ?? []) this.cards.delete(id)
    return {}
  }
}

describe('changes of contacts that waited for the line', () => {
  const was = card('1', 'Lin')
  const rename: CardDeed = { kind: 'cardUpdate', id: '1', accountId: 'A', patch: { name: { full: 'Lin Ya-ting' } }, was, copyUid: 'urn:uuid:c' }
  const real = (id: string): string => id
  const none = (): void => {}

  test('a card is made once, even when the answer was lost', async () => {
    const s = new Server()
    const d: CardDeed = { kind: 'card', id: 'local-1', accountId: 'A', card: { uid: 'u', addressBookIds: {}, name: { full: 'X' } } }
    const made: string[] = []
    expect(await doCard(s.ask, d, true, real, (id) => made.push(id))).toBeNull()
    expect(await doCard(s.ask, d, true, real, (id) => made.push(id))).toBeNull()
    expect([s.cards.size, made]).toEqual([1, ['n0', 'n0']])
  })

  test('changes of other parts elsewhere are joined', async () => {
    const s = new Server({ ...was, notes: { n: { note: 'from the phone' } } })
    expect(await doCard(s.ask, rename, true, real, none)).toBeNull()
    expect(s.cards.get('1')).toMatchObject({ name: { full: 'Lin Ya-ting' }, notes: { n: { note: 'from the phone' } } })
  })

  test('a change that arrived already is not done again', async () => {
    const s = new Server({ ...was, name: { full: 'Lin Ya-ting' } })
    expect(await doCard(s.ask, rename, true, real, none)).toBeNull()
    expect(s.calls).toEqual(['ContactCard/get'])
  })

  test.each([
    ['changed elsewhere', [card('1', 'Lin Mei')]],
    ['deleted elsewhere', []],
  ])('of a part %s: both are kept, once, and it is told', async (_, there) => {
    const s = new Server(...there)
    expect(await doCard(s.ask, rename, true, real, none)).toBe('conflictCopied')
    expect(await doCard(s.ask, rename, true, real, none)).toBe('conflictCopied')
    expect([...s.cards.values()].map((c) => c.name?.full)).toEqual([...there.map((c) => c.name?.full), 'Lin Ya-ting'])
  })

  test('what was changed elsewhere is not taken away', async () => {
    const gone: CardDeed = { kind: 'cardDestroy', id: '1', accountId: 'A', was }
    const s = new Server(card('1', 'Lin Mei'))
    expect(await doCard(s.ask, gone, true, real, none)).toBe('conflictStays')
    const t = new Server({ ...was, updated: '2026-01-01T00:00:00Z' } as Card)
    expect(await doCard(t.ask, gone, true, real, none)).toBeNull()
    expect([s.cards.size, t.cards.size]).toEqual([1, 0])
  })

  test.each([
    [{ a: 1, b: undefined }, { a: 1 }, true],
    [{ a: { x: [1, 2] } }, { a: { x: [1, 2] } }, true],
    [null, undefined, true],
    [{ a: [] }, { a: {} }, false],
    [{ a: 1 }, { a: '1' }, false],
  ])('%j and %j: %s', (a, b, want) => expect(same(a, b)).toBe(want))
})

test('a state the server does not know any more is loaded anew, and what was made here stays', async () => {
  const p = kept(card('1', 'Old'), card('local-9', 'Made here'))
  const call = async (name: string): Promise<unknown> => {
    if (name === 'ContactCard/changes') throw protocolError('cannotCalculateChanges')
    return { list: [{ id: 'b', name: 'Mine' }] }
  }
  const group = (): unknown => ({ add: (name: string) => ({ ref: () => ({}), result: Promise.resolve(name === 'ContactCard/query' ? { ids: ['2'], total: 1 } : { list: [card('2', 'New')], state: '9' }) }) })
  await syncPeople(p, { call, group } as unknown as Transport)
  expect([[...p.cards.keys()].sort(), p.state]).toEqual([['2', 'local-9'], '9'])
})
