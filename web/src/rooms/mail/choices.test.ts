import { expect, test } from 'vitest'
import { newKeyword, recent, withPlace } from './choices'
import { canBeAssigned } from './assign/keyword'
import { mailPath, parseRoute } from './route'

test.each([
  ['Budget 2026', [], 'budget-2026'],
  ['Budget', ['budget'], 'budget-2'],
  ['Quản lý dự án', [], 'quan-ly-du-an'],
  ['  north/south (old) ', [], 'north-south-old'],
])('the keyword of %s is readable elsewhere', (name, taken, want) => {
  expect(newKeyword(name, taken)).toBe(want)
})

test.each(['年度預算', '예산', '預算 A'])('%s gets a keyword that IMAP can carry', (name) => {
  expect(newKeyword(name, [])).toMatch(/^label-[a-z0-9]+$/)
})

test('lists of the latest and choices for a place', () => {
  expect(recent(['a', 'b'], 'b')).toEqual(['b', 'a'])
  expect(recent(['1', '2', '3', '4', '5', '6'], '7')).toHaveLength(6)
  expect(withPlace({ x: 'size' }, 'x', 'date', 'date')).toEqual({})
  expect(withPlace({}, 'x', 'size', 'date')).toEqual({ x: 'size' })
})

test('what may stand in a keyword', () => {
  expect(canBeAssigned('lin.yating@mingchuan.example')).toBe(true)
  expect(canBeAssigned('林@mingchuan.example')).toBe(false)
  expect(canBeAssigned('a b@x.example')).toBe(false)
  expect(canBeAssigned('"a"@x.example')).toBe(false)
})

test('a place and what it shows survive the address bar', () => {
  const path = mailPath({ accountId: 'a1', box: '~label.label-1', show: ['unread', 'files'] })
  expect(path).toBe('/mail/a1/~label.label-1?show=unread,files')
  const [p, q] = path.split('?') as [string, string]
  expect(parseRoute(p, q)).toMatchObject({ box: '~label.label-1', show: ['unread', 'files'], query: '' })
  expect(parseRoute('/mail/a1/x', 'show=nonsense').show).toEqual([])
})
