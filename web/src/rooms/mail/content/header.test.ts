import { describe, expect, test } from 'vitest'
import { decodeWords, hopsOf, splitSource } from './header'

describe('decodeWords', () => {
  test.each([
    ['=?utf-8?B?5YWs5paH?= x', '公文 x'],
    ['=?UTF-8?Q?a=20_b?=', 'a  b'],
    ['=?big5?B?pL2k5Q==?=\n =?big5?B?pL2k5Q==?=', '公文公文'],
    ['=?euc-kr?B?sPi5rg==?=', '공문'],
    ['=?utf-8*vi?Q?=C4=91?=', 'đ'],
    ['=?x-nobody?B?AAAA?=', '=?x-nobody?B?AAAA?='],
    ['=?utf-8?B?***?=', '=?utf-8?B?***?='],
    ['plain', 'plain'],
  ])('%j', (raw, want) => expect(decodeWords(raw)).toBe(want))
})

const source = `Received: from mx.city.example (mx [192.0.2.1])\r\n by store.city.example with ESMTP; Thu, 20 Nov 2025 01:02:08 +0000\r\nReceived: from pc.out.example by mx.city.example (x)\r\n with ESMTPS; Thu, 20 Nov 2025 09:02:03 +0800 (CST)\r\nSubject: =?utf-8?B?5YWs5paH?=\r\n\r\nBody: not a field\r\n`

test('a source comes apart', () => {
  const { fields, body } = splitSource(source)
  expect(fields.map((f) => f.name)).toEqual(['Received', 'Received', 'Subject'])
  expect(fields[2]?.text).toBe('公文')
  expect(body).toBe('Body: not a field\r\n')
  expect(splitSource('no header').fields).toEqual([])
})

test('the way of a letter begins with its first server', () => {
  const hops = hopsOf(splitSource(source).fields)
  expect(hops.map((h) => [h.from, h.by, h.took])).toEqual([['pc.out.example', 'mx.city.example', null], ['mx.city.example', 'store.city.example', 5]])
})
