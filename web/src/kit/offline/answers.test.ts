import { describe, expect, test } from 'vitest'
import type { Email, Mailbox } from '~/api/jmap'
import { NotKept, answer, type Kept } from './answers'
import type { Deed } from './outbox'

function kept(): Kept {
  const email = (id: string, subject: string, box: string, at: string, body?: string): [string, Email] => [
    id,
    { id, threadId: `T${id}`, mailboxIds: { [box]: true }, keywords: {}, subject, receivedAt: at, preview: '', from: [{ name: '王小明', email: 'wang@x' }], to: [], size: 1, hasAttachment: false, sentAt: null, ...(body ? { bodyValues: { 1: { value: body } } } : {}) } as unknown as Email,
  ]
  return {
    accountId: 'A',
    states: { Email: 's1' },
    mailboxes: new Map([['in', { id: 'in', role: 'inbox' } as Mailbox]]),
    emails: new Map([email('1', 'Old', 'in', '2026-01-01', 'words'), email('2', '新公文', 'in', '2026-02-01', '內容'), email('3', 'Draft', 'dr', '2026-03-01')]),
    threads: new Map([['T1', { id: 'T1', emailIds: ['1'] }]]),
    identities: [],
  }
}
const ask = (k: Kept, name: string, args: Record<string, unknown>, act: (d: Deed) => void = () => {}): Record<string, unknown> => answer(k, [[name, { accountId: 'A', ...args }, 'c']], act)[0]?.[1] ?? {}

describe('answers from what is kept', () => {
  test.each([
    [{ inMailbox: 'in' }, ['2', '1']],
    [{ text: '公文' }, ['2']],
    [{ body: '內容' }, ['2']],
    [{ from: '王' }, ['3', '2', '1']],
    [{ operator: 'NOT', conditions: [{ inMailbox: 'in' }] }, ['3']],
    [{ inMailboxOtherThan: ['in'] }, ['3']],
  ])('query %j', (filter, ids) => expect(ask(kept(), 'Email/query', { filter, limit: 10 })).toMatchObject({ ids, total: ids.length, canCalculateChanges: false }))

  test('references lead from query to get', () => {
    const out = answer(kept(), [['Email/query', { accountId: 'A', filter: { inMailbox: 'in' } }, 'q'], ['Email/get', { accountId: 'A', '#ids': { resultOf: 'q', name: 'Email/query', path: '/ids' } }, 'g'], ['Thread/get', { accountId: 'A', '#ids': { resultOf: 'g', name: 'Email/get', path: '/list/*/threadId' } }, 't']], () => {})
    expect((out[1]?.[1]['list'] as Email[]).map((e) => e.id)).toEqual(['2', '1'])
    expect(out[2]?.[1]).toMatchObject({ notFound: ['T2'] })
  })

  test('words that are not here, other accounts and other methods are no answer', () => {
    expect(() => ask(kept(), 'Email/get', { ids: ['3'], properties: ['bodyValues'] })).toThrow(NotKept)
    expect(() => ask(kept(), 'Email/get', { accountId: 'B', ids: [] })).toThrow(NotKept)
    expect(() => ask(kept(), 'Person/query', {})).toThrow(NotKept)
    expect(() => ask(kept(), 'Email/query', { filter: { somethingNew: 1 } })).toThrow(NotKept)
  })

  test('a draft made here can be found, opened and sent', () => {
    const k = kept()
    const deeds: Deed[] = []
    const made = ask(k, 'Email/set', { create: { d: { mailboxIds: { dr: true }, keywords: { $draft: true }, messageId: ['m'], subject: 'New', bodyValues: { t: { value: 'Hello' } }, textBody: [{ partId: 't', type: 'text/plain' }] } } }, (d) => deeds.push(d))
    const id = (made['created'] as { d: { id: string } }).d.id
    expect(ask(k, 'Email/query', { filter: { inMailbox: 'dr' } })['ids']).toContain(id)
    expect((ask(k, 'Email/get', { ids: [id], properties: ['bodyValues'] })['list'] as Email[])[0]?.textBody).toHaveLength(1)
    ask(k, 'EmailSubmission/set', { create: { s: { emailId: id, identityId: 'i', envelope: { mailFrom: { parameters: { HOLDFOR: '8' } } } } }, onSuccessUpdateEmail: { '#s': { 'keywords/$draft': null } } }, (d) => deeds.push(d))
    expect(deeds).toMatchObject([{ kind: 'create', id }, { kind: 'submit', emailId: id, create: { identityId: 'i' }, onSuccess: { 'keywords/$draft': null } }])
    expect(JSON.stringify(deeds[1])).not.toContain('HOLDFOR')
  })
})

test('one call that cannot be answered does not take the others with it, and what it would have named is not everything', () => {
  const out = answer(kept(), [
    ['Mailbox/get', { accountId: 'A', ids: null }, '1'],
    ['Mailbox/get', { accountId: 'shared', ids: null }, '2'],
    ['Email/query', { accountId: 'shared', filter: null }, '3'],
    ['Email/get', { accountId: 'A', '#ids': { resultOf: '3', name: 'Email/query', path: '/ids' } }, '4'],
  ], () => {})
  expect(out.map(([name, args]) => (name === 'error' ? args['type'] : name))).toEqual(['Mailbox/get', 'notKept', 'notKept', 'notKept'])
})
