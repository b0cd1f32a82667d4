import { expect, test } from 'vitest'
import { beginDraft } from '../compose/begin'
import { withLinks, type DraftLink } from './links'
import { newPassword } from './password'

const draft = (rich: boolean) => beginDraft({ how: 'new' }, { identityId: '', mine: new Set(), rich })
const made: DraftLink = { key: 'a', name: 'a.bin', size: 1, parcel: 'p1', html: '<p>link</p>', text: 'link', password: 'never in a letter' }

test('a letter has its links under what is written, once they are made', () => {
  expect(withLinks({ ...draft(true), body: '<p>Hello</p>', links: [made, { key: 'b', name: 'b.bin', size: 1, progress: 0.5 }] }).body).toBe('<p>Hello</p><p>link</p>')
  expect(withLinks({ ...draft(false), body: 'Hello\n', links: [made] }).body).toBe('Hello\n\nlink')
  expect(JSON.stringify({ ...withLinks({ ...draft(true), links: [made] }), links: [] })).not.toContain('never in a letter')
  expect(withLinks(draft(true)).body).toBe(draft(true).body)
})

test('passwords can be read out and differ', () => {
  const all = new Set(Array.from({ length: 50 }, newPassword))
  expect(all.size).toBe(50)
  for (const p of all) expect(p).toMatch(/^[a-km-z2-9]{4}(-[a-km-z2-9]{4}){2}$/)
})
