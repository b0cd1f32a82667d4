import { expect, test } from 'vitest'
import { markIn, markPattern } from './marks'

test('words are found in any case, figures that are hidden by the place of a star', () => {
  const found = (words: string[], text: string): string[] => [...text.matchAll(markPattern(words) as RegExp)].map((m) => m[0])
  expect(found(['Tender'], 'a TENDER and tenders')).toEqual(['TENDER', 'tender'])
  expect(found(['標案', '招標案'], '本招標案及標案')).toEqual(['招標案', '標案'])
  expect(found(['*******789'], 'ID A123456789.')).toEqual(['A123456789'])
  expect(found(['****-****-****-*111'], '4111-1111-1111-1111')).toEqual(['4111-1111-1111-1111'])
  expect(found(['a.b (c'], 'axb (c a.b (c')).toEqual(['a.b (c'])
  expect(markPattern(['', ' '])).toBeNull()
})

test('a page is marked within its texts alone', () => {
  const root = document.createElement('div')
  root.innerHTML = '<p title="tender">The <b>tender</b> of <i>ten</i>der</p>'
  markIn(root, ['tender'])
  expect(root.innerHTML).toBe('<p title="tender">The <b><mark>tender</mark></b> of <i>ten</i>der</p>')
})
