import { describe, expect, test } from 'vitest'
import { foldable, splitQuotes } from './PlainText'

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
