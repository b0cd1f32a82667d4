import { describe, expect, test } from 'vitest'
import type { Email } from '~/api/jmap'
import { blobOf } from './downloads'
import { FILES_BYTES, FILE_BYTES, choose, decode } from './files'

const email = (at: string, files: [string, number][], words = true): Email =>
  ({ receivedAt: at, ...(words ? { bodyValues: {} } : {}), attachments: files.map(([blobId, size]) => ({ blobId, size, name: 'n', type: 't/t' })) }) as unknown as Email

describe('which files are kept', () => {
  test('small ones, of letters whose words are kept, each once', () => {
    const got = choose([email('2026-01-01', [['a', 10], ['big', FILE_BYTES + 1]]), email('2026-01-02', [['a', 10], ['b', FILE_BYTES]]), email('2026-01-03', [['c', 1]], false)])
    expect([...got.keys()]).toEqual(['a', 'b'])
  })
  test('the newest first, as far as the budget goes', () => {
    const many = Array.from({ length: 40 }, (_, i) => email(`2026-01-${String(i + 1).padStart(2, '0')}`, [[`f${i + 1}`, FILE_BYTES]]))
    const got = choose(many)
    expect(got.size).toBe(Math.floor(FILES_BYTES / FILE_BYTES))
    expect([...got.keys()][0]).toBe('f40')
    expect(got.has('f1')).toBe(false)
  })
})

describe('texts of kept files', () => {
  const bytes = (...b: number[]): ArrayBuffer => new Uint8Array(b).buffer
  test.each([
    ['UTF-8', new TextEncoder().encode('公文').buffer, '', '公文', 'utf-8', false],
    ['Big5', bytes(0xa4, 0xbd, 0xa4, 0xe5), '', '公文', 'big5', false],
    ['the charset asked for', bytes(0xe9), 'windows-1252', 'é', 'windows-1252', false],
    ['not what was asked for', bytes(0xff), 'utf-8', '\ufffd', 'utf-8', true],
    ['no charset', bytes(0x61), 'x-nonsense', 'a', 'utf-8', true],
  ])('%s', (_, b, asked, text, charset, isEncodingProblem) => expect(decode(b as ArrayBuffer, asked)).toEqual({ text, charset, isEncodingProblem }))
})

test.each([
  ['/jmap/download/A/B%2F1/name.pdf?accept=x', 'B/1'],
  ['/jmap/upload/A/', undefined],
  ['/jmap/download/A/B', undefined],
])('%s leads to %s', (url, blob) => expect(blobOf(url)).toBe(blob))
