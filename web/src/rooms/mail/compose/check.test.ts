// @vitest-environment jsdom
import { describe, expect, test } from 'vitest'
import { forgotFile, letterSize } from './check'
import type { Draft } from './draft'
import { normalLink } from './rich/Tools'

const draft: Draft = { identityId: 'i', to: [], cc: [], bcc: [], subject: '', rich: false, body: '', quote: '', files: [], inReplyTo: null, references: null }
const file = { key: 'k', name: 'a', type: 'x', size: 1000 }

describe('a promised file', () => {
  test.each([
    ['請見附件。', true], ['检附会议纪录', true], ['Tôi gửi kèm báo cáo', true], ['자료를 첨부합니다', true], ['Please find attached the plan', true], ['See the enclosure', true],
    ['Hello', false], ['He is attaching importance', true], ['> 請見附件\n好', false], ['unattached', false],
  ])('%j: %s', (body, want) => expect(forgotFile({ ...draft, body })).toBe(want))

  test('is there', () => {
    expect(forgotFile({ ...draft, body: '附件', files: [file] })).toBe(false)
    expect(forgotFile({ ...draft, body: '附件', files: [{ ...file, cid: 'x' }] })).toBe(true)
    expect(forgotFile({ ...draft, rich: true, body: '<p>附件</p>' })).toBe(true)
    expect(forgotFile({ ...draft, subject: 'Re: 附件' })).toBe(false)
  })
})

test('base64 counts', () => {
  expect(letterSize({ ...draft, files: [{ ...file, size: 10_000_000 }] })).toBe(13_700_000)
})

test.each([['example.gov/a', 'https://example.gov/a'], ['a@b.example', 'mailto:a@b.example'], ['javascript:x', null], ['', ''], ['http://a.example', 'http://a.example'], ['data:text/html,x', null], ['tel:+886', 'tel:+886']])('link %s', (text, want) => expect(normalLink(text)).toBe(want))
