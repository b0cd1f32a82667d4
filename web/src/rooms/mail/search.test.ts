import { describe, expect, test } from 'vitest'
import { parseQuery, queryText, snippetPieces, toFilter } from './search'

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
  ])('%s', (q, want) => {
    expect(filter(q)).toEqual(want)
  })

  test.each(['from:chen "two words" -news', 'subject:"a b" has:attachment', '公文 -from:x@y.example'])('%s is written as it was read', (q) => {
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
