import { describe, expect, test } from 'vitest'
import { foldable, linkPieces, splitQuotes } from './PlainText'
import { linkDoubt } from './trust/domains'

const folds = (text: string): boolean[] => {
  const pieces = splitQuotes(text)
  return pieces.map((_, i) => foldable(pieces, i)).filter((_, i) => pieces[i]?.quote)
}

describe('quotes', () => {
  test.each<[string, string, boolean[]]>([
    ['the letter below an answer', 'Yes.\n\n> Will you come?\n> Ann', [true]],
    ['the letter below an answer, with a signature after', 'Yes.\n\n> Will you come?\n\n-- \nBob', [true]],
    ['and before the foot of a list', 'Yes.\n> Will you come?\n\n__________\nTown list', [true]],
    ['between the lines', '> Will you come?\nYes.\n> And Ann?\nShe too.', [false, false]],
    ['a long one in between', `${'> line\n'.repeat(20)}Agreed.`, [true]],
    ['nothing but a quote', '> all\n> of it', [false]],
  ])('%s', (_, text, want) => expect(folds(text)).toEqual(want))

  test('no line is lost', () => {
    const text = 'a\n> b\n>> c\n\nd\n> e'
    expect(splitQuotes(text).map((p) => p.text).join('\n')).toBe(text)
  })
})

describe('links', () => {
  const doubts = (text: string) => linkPieces(text).filter((p) => p.href).map((p) => linkDoubt(p.href ?? '', p.says ?? p.text)?.doubt ?? null)
  test.each<[string, (string | null)[]]>([
    ['See https://fine.example/page today', [null]],
    ['bank.example <https://evil.example/login>', ['other']],
    ['https://bank.example/login <https://evil.example/login>', [null, 'other']],
    ['Read more <https://evil.example/>', [null]],
    ['https://bank.example@evil.example/', ['user']],
    ['http://192.0.2.7/x', ['ip']],
    ['https://bаnk.example/ in Cyrillic', ['punycode']],
    ['請看 https://例子.example/表單。', ['punycode']],
    ['write to ann@city.example', [null]],
  ])('%s', (text, want) => expect(doubts(text)).toEqual(want))

  test('no letter is lost', () => {
    const text = 'a https://b.example/c <https://d.example> e@f.example\ng'
    expect(linkPieces(text).map((p) => p.text).join('')).toBe(text)
  })
})
