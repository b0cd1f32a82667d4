import { expect, test } from 'vitest'
import type { Identity } from '~/api/jmap'
import { asPost, postIn } from './post'

const identity: Identity = { id: 'i', name: '林雅庭', email: 'lin@city.example', replyTo: null, bcc: null, textSignature: '林雅庭\n科長', htmlSignature: '', mayDelete: false }

test('name and signature follow the post; without one they are as they were', () => {
  expect(asPost(identity, undefined)).toBe(identity)
  expect(asPost(identity, { title: '代理局長', unit: '工務局' })).toMatchObject({ id: 'i', email: 'lin@city.example', name: '林雅庭（代理局長）', textSignature: '林雅庭\n代理局長\n工務局' })
  expect(asPost({ ...identity, name: 'Ann' }, { title: 'Head', unit: '' })).toMatchObject({ name: 'Ann (Head)', textSignature: 'Ann\nHead' })
  expect(asPost({ ...identity, name: 'Ann' }, { title: '<b>', unit: 'A & B' }).htmlSignature).not.toContain('<b>')
})

test.each([
  ['林雅庭（代理局長）', '林雅庭', '代理局長'],
  ['Ann (Head (acting))', 'Ann', 'Head (acting)'],
  ['Ann', 'Ann', undefined],
  ['Kim (Intern)', 'Kim (Intern)', undefined],
  ['Bob (Head)', 'Ann', undefined],
  ['(Head)', '', undefined],
  [null, 'Ann', undefined],
])('the post in %s of %s is %s', (name, own, title) => {
  expect(postIn(name, own)?.title).toBe(title)
})
