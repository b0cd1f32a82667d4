import { describe, expect, test } from 'vitest'
import type { Email } from '~/api/jmap'
import { beginDraft, prefixed, threading, type Writer } from './begin'

const me = { name: 'Me', email: 'Me@City.example' }
const ann = { name: 'Ann', email: 'ann@city.example' }
const bob = { name: 'Bob', email: 'bob@city.example' }
const list = { name: null, email: 'list@city.example' }
const writer: Writer = { identityId: 'i', mine: new Set(['me@city.example']), rich: false }

function letter(part: Partial<Email> = {}): Email {
  return {
    id: 'e', threadId: 't', mailboxIds: {}, keywords: {}, from: [ann], to: [me], cc: null, replyTo: null, subject: 'Plan', receivedAt: '2025-11-20T01:00:00Z', sentAt: null, preview: '', hasAttachment: false, size: 1,
    messageId: ['m2@x'], inReplyTo: ['m1@x'], references: ['m0@x', 'm1@x'], attachments: [],
    bodyValues: { 1: { value: 'Hello\n> older', isEncodingProblem: false, isTruncated: false } },
    textBody: [{ partId: '1', blobId: 'b', size: 5, name: null, type: 'text/plain', charset: 'utf-8', disposition: null, cid: null }], htmlBody: [],
    ...part,
  }
}

describe('answers', () => {
  test.each<[string, Partial<Email>, 'reply' | 'replyAll', string[], string[]]>([
    ['goes to the sender', {}, 'reply', ['ann'], []],
    ['follows Reply-To', { replyTo: [list] }, 'reply', ['list'], []],
    ['to all leaves oneself out', { to: [me, bob], cc: [list] }, 'replyAll', ['ann'], ['bob', 'list']],
    ['to all names each once', { to: [me, bob], cc: [bob, ann] }, 'replyAll', ['ann'], ['bob']],
    ['to a letter of one’s own goes to its readers', { from: [me], to: [bob], cc: [list] }, 'replyAll', ['bob'], ['list']],
    ['to one alone forgets the copies', { to: [me, bob], cc: [list] }, 'reply', ['ann'], []],
  ])('%s', (_, part, how, to, cc) => {
    const d = beginDraft({ how, email: letter(part) }, writer)
    const names = (l: { email: string }[]) => l.map((a) => a.email.split('@')[0])
    expect([names(d.to), names(d.cc)]).toEqual([to, cc])
  })

  test('threading follows RFC 5322', () => {
    expect(threading(letter())).toEqual({ inReplyTo: ['m2@x'], references: ['m0@x', 'm1@x', 'm2@x'] })
    expect(threading(letter({ references: null }))).toEqual({ inReplyTo: ['m2@x'], references: ['m1@x', 'm2@x'] })
    expect(threading(letter({ references: null, inReplyTo: null }))).toEqual({ inReplyTo: ['m2@x'], references: ['m2@x'] })
    expect(threading(letter({ messageId: null, references: null }))).toEqual({ inReplyTo: null, references: null })
  })

  test.each([['Plan', 'Re: Plan'], ['RE: Plan', 'RE: Plan'], ['回覆：計畫', '回覆：計畫'], ['답장: 계획', '답장: 계획'], ['Research', 'Re: Research']])('subject %s', (was, is) => {
    expect(prefixed(was, 'Re')).toBe(is)
  })

  test('plain text is quoted line by line', () => {
    expect(beginDraft({ how: 'reply', email: letter() }, writer).body).toMatch(/\n> Hello\n>> older$/)
  })

  test('a forward carries the files and begins a thread of its own', () => {
    const file = { partId: '2', blobId: 'f', size: 9, name: 'a.pdf', type: 'application/pdf', charset: null, disposition: 'attachment', cid: null }
    const d = beginDraft({ how: 'forward', email: letter({ attachments: [file] }) }, writer)
    expect(d.files.map((f) => f.blobId)).toEqual(['f'])
    expect(d.to).toEqual([])
    expect(d.inReplyTo).toBeNull()
    expect(d.subject).toBe('Fwd: Plan')
  })

  test('a letter goes whole as a file, or is written once more', () => {
    const d = beginDraft({ how: 'attach', email: letter({ blobId: 'B', subject: 'a/b', size: 7 }) }, writer)
    expect(d.files).toEqual([{ key: 'B', name: 'a_b.eml', type: 'message/rfc822', size: 7, blobId: 'B' }])
    expect([d.body, d.quote, d.inReplyTo]).toEqual(['', '', null])
    const again = beginDraft({ how: 'again', email: letter() }, writer)
    expect([again.subject, again.to[0]?.email, again.inReplyTo, again.references]).toEqual(['Plan', 'Me@City.example', null, null])
  })
})
