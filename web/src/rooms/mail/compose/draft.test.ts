import { describe, expect, test } from 'vitest'
import type { Identity } from '~/api/jmap'
import { htmlToText, isBlank, parseAddresses, splitDraft, textToHtml, toEmail, validAddress, type Draft } from './draft'

const draft: Draft = { identityId: 'i', to: [], cc: [], bcc: [], subject: '', rich: true, body: '<p>Hello <b>you</b></p>', quote: '', files: [], inReplyTo: null, references: null }
const identity: Identity = { id: 'i', name: '林雅婷', email: 'lin@city.example', replyTo: null, bcc: null, textSignature: '', htmlSignature: '', mayDelete: false }

describe('addresses', () => {
  test.each([
    ['a@b.example', [[null, 'a@b.example']]],
    ['Ann <a@b.example>, "Doe, Bob" <b@b.example>', [['Ann', 'a@b.example'], ['Doe, Bob', 'b@b.example']]],
    ['王小明 <w@x.example>；李四 <l@x.example>', [['王小明', 'w@x.example'], ['李四', 'l@x.example']]],
    ['a@x.example\nb@x.example', [[null, 'a@x.example'], [null, 'b@x.example']]],
    ['  ', []],
  ])('%j', (text, want) => {
    expect(parseAddresses(text).map((a) => [a.name, a.email])).toEqual(want)
  })

  test.each([['a@b.example', true], ['阿明@例子.example', true], ['a@localhost', true], ['a b@c', false], ['@b', false], ['a@', false], ['a..b@c.example', false], ['a@b@c', false]])('%s is %s', (a, ok) => {
    expect(validAddress(a)).toBe(ok)
  })
})

describe('toEmail', () => {
  test('rich text goes with a plain half', () => {
    const e = toEmail({ ...draft, quote: '<blockquote type="cite"><p>Old</p></blockquote>' }, identity, 'drafts', 'id@x')
    expect(e['bodyValues']).toMatchObject({ text: { value: 'Hello you\n\n> Old' } })
    expect(e['mailboxIds']).toEqual({ drafts: true })
    expect(e['keywords']).toEqual({ $draft: true, $seen: true })
    expect(e['htmlBody']).toHaveLength(1)
  })

  test('plain text has no HTML half', () => {
    const e = toEmail({ ...draft, rich: false, body: 'Hi' }, identity, 'drafts', 'id@x')
    expect(e['htmlBody']).toBeUndefined()
    expect(e['bodyValues']).toEqual({ text: { value: 'Hi' } })
  })

  test('only uploaded files and whole addresses are saved', () => {
    const files = [{ key: '1', name: 'a', type: '', size: 1 }, { key: '2', name: 'b', type: 'text/plain', size: 1, blobId: 'B' }]
    const e = toEmail({ ...draft, files, to: [{ name: null, email: 'unfinished' }] }, identity, 'drafts', 'id@x')
    expect(e['attachments']).toEqual([{ blobId: 'B', type: 'text/plain', name: 'b', disposition: 'attachment' }])
    expect(e['to']).toBeNull()
  })

  test('a saved draft comes apart as it went together', () => {
    const e = toEmail({ ...draft, quote: '<p>Q</p>' }, identity, 'd', 'id@x') as { bodyValues: { html: { value: string } } }
    expect(splitDraft(e.bodyValues.html.value)).toEqual({ body: draft.body, quote: '<p>Q</p>', signed: false })
  })
})

describe('text', () => {
  test.each([
    ['<p>a</p><p>b</p>', 'a\n\nb'],
    ['<ul><li>one</li><li>two</li></ul>', '- one\n- two'],
    ['<ol><li>one</li><li>two</li></ol>', '1. one\n2. two'],
    ['a<br>b', 'a\nb'],
    ['<style>p{}</style>x', 'x'],
  ])('%s', (html, text) => expect(htmlToText(html)).toBe(text))

  test('text survives the way there and back', () => {
    const text = 'a < b & c\n\nd\ne'
    expect(htmlToText(textToHtml(text))).toBe(text)
  })

  test('blank is blank', () => {
    expect(isBlank({ ...draft, body: '<p></p>' })).toBe(true)
    expect(isBlank(draft)).toBe(false)
  })
})

describe('signatures and kinds', () => {
  const signing = { ...identity, textSignature: 'Ann\nWorks', htmlSignature: '<p>Ann, <b>Works</b></p>' }
  const bodies = (d: Draft): { text: string; html: string } => {
    const e = toEmail(d, signing, 'd', 'id') as { bodyValues: { text: { value: string }; html?: { value: string } } }
    return { text: e.bodyValues.text.value, html: e.bodyValues.html?.value ?? '' }
  }
  test('the signature stands between the words and the quote, and comes off again', () => {
    const b = bodies({ ...draft, quote: '<p>Q</p>', signed: true })
    expect(b.text).toMatch(/you\n\n-- \nAnn\nWorks\n\nQ$/)
    expect(splitDraft(b.html)).toEqual({ body: draft.body, quote: '<p>Q</p>', signed: true })
    expect(bodies({ ...draft, signed: false }).html).not.toContain('Works')
  })
  test('a kind becomes header fields, the due date the end of its day', () => {
    const e = toEmail({ ...draft, kind: { kind: 'periodic-report', due: '2026-12-01', every: 'monthly' } }, identity, 'd', 'id')
    expect(e['header:X-Chancery-Kind:asText']).toBe('periodic-report')
    expect(new Date(String(e['header:X-Chancery-Due:asText'])).getTime()).toBe(new Date(2026, 11, 1, 23, 59, 59).getTime())
    expect(e['header:X-Chancery-Every:asText']).toBe('monthly')
    expect(Object.keys(toEmail(draft, identity, 'd', 'id')).some((k) => k.startsWith('header:'))).toBe(false)
  })
})
