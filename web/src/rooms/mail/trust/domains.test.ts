import { expect, test } from 'vitest'
import { linkDoubt, owner, sameName } from './domains'

test.each([
  ['https://bank.example/login', 'bank.example', null],
  ['https://www.bank.example/', 'https://bank.example/login', null],
  ['https://evil.example/', 'https://bank.example', 'other'],
  ['https://bank.example.evil.example/', 'bank.example', 'other'],
  ['https://evil.co.uk/', 'bank.co.uk', 'other'],
  ['https://evil.gov.tw/', 'www.city.gov.tw', 'other'],
  ['https://evil.example/', 'Read more', null],
  ['https://evil.example/', 'version 2.0 is out', null],
  ['http://192.0.2.7/x', 'Read more', 'ip'],
  ['http://[2001:db8::1]/', 'Read more', 'ip'],
  ['https://xn--bnk-ula.example/', 'Read more', 'punycode'],
  ['https://bank.example@evil.example/', 'Read more', 'user'],
  ['https://例子.example/', '例子.example', 'punycode'],
  ['mailto:x@evil.example', 'bank.example', null],
  ['not a link', 'bank.example', null],
])('%s shown as %s', (href, text, doubt) => {
  expect(linkDoubt(href, text)?.doubt ?? null).toBe(doubt)
})

test('owners', () => {
  expect(['a.b.example', 'x.gov.tw', 'y.x.gov.tw', 'one.com', 'a.one.com.vn'].map(owner)).toEqual(['b.example', 'x.gov.tw', 'x.gov.tw', 'one.com', 'one.com.vn'])
})

test.each([
  ['林雅庭', '林 雅庭', true],
  ['Grace Ellison', 'grace ellison', true],
  ['Grace Ellison', 'Grаce Ellison', true],
  ['Grace Ellison', 'Grace El1ison', true],
  ['Nguyễn Văn An', 'Nguyen Van An', true],
  ['Grace Ellison', 'Grace Wilson', false],
  ['', '', false],
])('%s and %s', (a, b, same) => {
  expect(sameName(a, b)).toBe(same)
})
