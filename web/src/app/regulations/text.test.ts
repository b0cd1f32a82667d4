import { expect, test } from 'vitest'
import { blocks } from './text'

test('headings, items and paragraphs of a regulation; all else is text', () => {
  expect(blocks('# Scope\nEverybody\nof the city.\n\n- one\n- two\n\nEnd <b>of it</b>\n## Last')).toEqual([
    { kind: 'heading', lines: ['Scope'] },
    { kind: 'text', lines: ['Everybody', 'of the city.'] },
    { kind: 'list', lines: ['one', 'two'] },
    { kind: 'text', lines: ['End <b>of it</b>'] },
    { kind: 'heading', lines: ['Last'] },
  ])
  expect(blocks('')).toEqual([])
  expect(blocks('#no heading\n-no item')).toEqual([{ kind: 'text', lines: ['#no heading', '-no item'] }])
})
