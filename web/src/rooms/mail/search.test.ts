import { describe, expect, test } from 'vitest'
import { setPrefs } from '~/kit/prefs'
import { parseQuery, queryText, snippetPieces, termFault, toFilter } from './search'
import { readQuery } from './search-terms'

const ctx = { folder: (n: string) => (n === 'projects' ? 'p1' : undefined), hidden: ['trash', 'junk'], label: (n: string) => (n === '預算' ? 'label-1' : n), me: 'lin@x.example' }
const filter = (q: string) => toFilter(parseQuery(q), ctx)
const hidden = { inMailboxOtherThan: ['trash', 'junk'] }

describe('search', () => {
  test.each([
    ['公文', { operator: 'AND', conditions: [{ text: '公文' }, hidden] }],
    ['from:chen subject:"two words"', { operator: 'AND', conditions: [{ from: 'chen' }, { subject: 'two words' }, hidden] }],
    ['has:attachment', { operator: 'AND', conditions: [{ hasAttachment: true }, hidden] }],
    ['-from:news report', { operator: 'AND', conditions: [{ operator: 'NOT', conditions: [{ from: 'news' }] }, { text: 'report' }, hidden] }],
    ['in:projects', { inMailbox: 'p1' }],
    ['larger:2m', { operator: 'AND', conditions: [{ minSize: 2_000_000 }, hidden] }],
    ['is:unread', { operator: 'AND', conditions: [{ notKeyword: '$seen' }, hidden] }],
    ['http://example.test/a', { operator: 'AND', conditions: [{ text: 'http://example.test/a' }, hidden] }],
    ['from:', hidden],
    ['"red tape" is:important', { operator: 'AND', conditions: [{ text: '"red tape"' }, { hasKeyword: '$important' }, hidden] }],
    ['label:預算', { operator: 'AND', conditions: [{ hasKeyword: 'label-1' }, hidden] }],
    ['is:mine -is:done', { operator: 'AND', conditions: [{ hasKeyword: 'assigned:lin@x.example' }, { operator: 'NOT', conditions: [{ hasKeyword: '$done' }] }, hidden] }],
    ['from:a OR from:b', { operator: 'AND', conditions: [{ operator: 'OR', conditions: [{ from: 'a' }, { from: 'b' }] }, hidden] }],
    // OR joins its neighbours before the rest is joined.
    ['from:a OR from:b subject:c', { operator: 'AND', conditions: [{ operator: 'OR', conditions: [{ from: 'a' }, { from: 'b' }] }, { subject: 'c' }, hidden] }],
    ['a | b 或 c', { operator: 'AND', conditions: [{ operator: 'OR', conditions: [{ text: 'a' }, { text: 'b' }, { text: 'c' }] }, hidden] }],
    ['(from:a subject:b) OR is:unread', { operator: 'AND', conditions: [{ operator: 'OR', conditions: [{ operator: 'AND', conditions: [{ from: 'a' }, { subject: 'b' }] }, { notKeyword: '$seen' }] }, hidden] }],
    ['-(a OR b)', { operator: 'AND', conditions: [{ operator: 'NOT', conditions: [{ operator: 'OR', conditions: [{ text: 'a' }, { text: 'b' }] }] }, hidden] }],
    ['-(a b)', { operator: 'AND', conditions: [{ operator: 'NOT', conditions: [{ operator: 'AND', conditions: [{ text: 'a' }, { text: 'b' }] }] }, hidden] }],
    ['NOT spam AND ham', { operator: 'AND', conditions: [{ operator: 'NOT', conditions: [{ text: 'spam' }] }, { text: 'ham' }, hidden] }],
    ['from:(a OR b)', { operator: 'AND', conditions: [{ operator: 'OR', conditions: [{ from: 'a' }, { from: 'b' }] }, hidden] }],
    ['{a b}', { operator: 'AND', conditions: [{ operator: 'OR', conditions: [{ text: 'a' }, { text: 'b' }] }, hidden] }],
    ['（公文 OR 會議） 主旨：預算', { operator: 'AND', conditions: [{ operator: 'OR', conditions: [{ text: '公文' }, { text: '會議' }] }, { subject: '預算' }, hidden] }],
    ['보낸사람:김 từ:an', { operator: 'AND', conditions: [{ from: '김' }, { from: 'an' }, hidden] }],
    ['in:projects OR from:a', { operator: 'OR', conditions: [{ inMailbox: 'p1' }, { from: 'a' }] }],
    ['f(x) or g', { operator: 'AND', conditions: [{ text: 'f(x)' }, { text: 'or' }, { text: 'g' }, hidden] }],
    ['before:2026-02-31', hidden],
    ['bcc:x larger:1g', { operator: 'AND', conditions: [{ bcc: 'x' }, { minSize: 1_000_000_000 }, hidden] }],
  ])('%s', (q, want) => {
    expect(filter(q)).toEqual(want)
  })

  test.each<[string, string[]]>([
    ['a OR b', []], ['(a', ['bracket']], ['a )', ['bracket']], ['f(x)', []], ['"a', ['quote']], ['OR a', ['or']], ['a OR', ['or']], ['a OR OR b', ['or']], ['-(a OR (b "c', ['bracket', 'quote']],
  ])('the form of %s', (q, want) => expect(readQuery(q).faults.toSorted()).toEqual(want))

  test.each<[string, string | null]>([
    ['after:soon', 'date'], ['before:2026-13', 'date'], ['larger:big', 'size'], ['is:nice', 'state'], ['has:wings', 'state'], ['in:nowhere', 'folder'], ['newer_than:3x', 'age'], ['in:projects', null], ['older_than:2w', null],
  ])('%s is refused for its %s', (q, want) => expect(termFault(parseQuery(q)[0] ?? { operator: null, value: '', not: false }, ctx)).toBe(want))

  test('nothing that is typed throws, and what is read is written and read alike', () => {
    const bits = ['a', '-', '(', ')', '{', '}', 'OR', 'NOT', 'from:', '"', ' ', '公文', 'x y', '：', '（', '|']
    let seed = 7
    const next = (n: number): number => (seed = (seed * 1103515245 + 12345) % 2147483648) % n
    for (let i = 0; i < 5000; i++) {
      const q = Array.from({ length: next(14) }, () => bits[next(bits.length)]).join(next(2) ? ' ' : '')
      const terms = parseQuery(q)
      const text = queryText(terms)
      expect(toFilter(parseQuery(text), ctx), `${q} -> ${text}`).toEqual(toFilter(terms, ctx))
    }
    parseQuery('('.repeat(20_000))
  })

  test('days are those of the zone that the person chose', () => {
    setPrefs({ zone: 'Asia/Tokyo' })
    expect(filter('after:2026-03-01')).toEqual({ operator: 'AND', conditions: [{ after: '2026-02-28T15:00:00Z' }, hidden] })
    setPrefs({ zone: '' })
  })

  test.each(['from:a OR from:b c', '(a b) OR -c', '-(a OR b)', 'from:chen "two words" -news', 'subject:"a b" has:attachment', '公文 -from:x@y.example'])('%s is written as it was read', (q) => {
    expect(queryText(parseQuery(q))).toBe(q)
  })

  test('days are local days, also by ROC years', () => {
    const day = new Date(2025, 10, 3).toISOString().replace('.000', '')
    expect(filter('after:2025-11-03')).toEqual({ operator: 'AND', conditions: [{ after: day }, hidden] })
    expect(filter('after:114-11-03')).toEqual(filter('after:2025/11/3'))
  })

  test('snippets are text, never markup', () => {
    expect(snippetPieces('a &lt;b&gt; <mark>公文</mark> &amp;lt;')).toEqual([
      { text: 'a <b> ', marked: false },
      { text: '公文', marked: true },
      { text: ' &lt;', marked: false },
    ])
  })
})
