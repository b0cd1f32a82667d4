import { describe, expect, test } from 'vitest'
import type { Card } from './card'
import { keptOf, membersAfter, patchOf, twinsOf, unpatch } from './merge'

const card = (id: string, more: Partial<Card> = {}): Card => ({ id, uid: `u${id}`, addressBookIds: { b: true }, ...more })
const named = (id: string, full: string, more: Partial<Card> = {}): Card => card(id, { name: { full }, ...more })
const mail = (address: string): Partial<Card> => ({ emails: { e: { address } } })
const phone = (number: string): Partial<Card> => ({ phones: { p: { number } } })

describe('who may be the same', () => {
  const short = (...cards: Card[]): string => twinsOf(cards).map((t) => `${t.cards.map((c) => c.id).join('')} ${t.reasons.join(',')}`).join(' | ')
  test.each<[string, Card[], string]>([
    ['nobody', [named('a', '王小明', mail('a@x.example')), named('b', '王大明', mail('b@x.example'))], ''],
    ['by address, whatever its case', [card('a', mail('Wang@X.example')), named('b', '王', mail('wang@x.example'))], 'ab address'],
    ['by telephone, with the country and without', [card('a', phone('+886 2 2720-1001')), card('b', phone('02-27201001'))], 'ab phone'],
    ['not by an extension', [card('a', phone('1001')), card('b', phone('1001'))], ''],
    ['by name', [named('a', 'Đặng  Văn Ân'), named('b', 'đặng văn ân')], 'ab name'],
    ['not by a name without its accents', [named('a', 'Hoà'), named('b', 'Hoa')], ''],
    ['not cards without a name', [card('a'), card('b')], ''],
    ['one through another', [named('a', '王', mail('a@x.example')), named('b', '王', phone('0912345678')), card('c', phone('+886912345678'))], 'abc name,phone'],
    ['groups never', [named('a', '王', { kind: 'group' }), named('b', '王')], ''],
  ])('%s', (_, cards, want) => expect(short(...cards)).toBe(want))
})

test('nothing is lost and nothing doubled', () => {
  const a = named('a', '王小明', { emails: { e: { address: 'wang@x.example' } }, phones: { p: { number: '02-27201001' } }, organizations: { o: { name: '工務局' } }, notes: { n: { note: 'Met in May' } } })
  const b = named('b', 'Wang Xiaoming', { emails: { e: { address: 'WANG@x.example' }, f: { address: 'second@x.example' } }, phones: { p: { number: '+886 2 2720 1001' } }, titles: { t: { name: '科長' } }, anniversaries: { y: { kind: 'birth', date: { year: 1980 } } } })
  expect(keptOf([a, b])).toBe(b)
  const patch = patchOf(a, [a, b])
  expect(patch).toEqual({
    emails: { e: { address: 'wang@x.example' }, f: { address: 'second@x.example' } },
    titles: { t: { name: '科長' } },
    anniversaries: { y: { kind: 'birth', date: { year: 1980 } } },
    nicknames: { n1: { name: 'Wang Xiaoming' } },
  })
  expect(unpatch(a, patch)).toEqual({ emails: a.emails, titles: null, anniversaries: null, nicknames: null })
})

test('an id that is taken gets another', () => {
  expect(patchOf(card('a', mail('a@x.example')), [card('b', mail('b@x.example')), card('c', mail('c@x.example'))])).toEqual({ emails: { e: { address: 'a@x.example' }, 'e-2': { address: 'b@x.example' }, 'e-3': { address: 'c@x.example' } } })
})

test('a card without a name takes the name', () => {
  expect(patchOf(card('a', mail('a@x.example')), [named('b', '王')])).toEqual({ name: { full: '王' } })
})

test('groups keep their members, each once', () => {
  const g = (id: string, ...uids: string[]): Card => card(id, { kind: 'group', members: Object.fromEntries(uids.map((u) => [u, true as const])) })
  expect(membersAfter([g('g', 'ua', 'ub', 'ux'), g('h', 'ub'), g('i', 'ux')], card('a'), [card('b')]).map((x) => [x.group.id, Object.keys(x.members)])).toEqual([['g', ['ua', 'ux']], ['h', ['ua']]])
})

test('what a program alone has words for does not make two of one', () => {
  const from = (more: object): Card => card('a', { organizations: { o: { name: '工務局', ...more } } } as Partial<Card>)
  expect(patchOf(from({}), [from({}), from({ vCardParams: { group: 'item1' } })])).toEqual({})
})
