import { expect, test } from 'vitest'
import { parseTable } from './csv'

test.each([
  ['a,b\r\n1,2\r\n', [['a', 'b'], ['1', '2']]],
  ['機關;人數\n"臺北;市";3', [['機關', '人數'], ['臺北;市', '3']]],
  ['a\tb\n"x ""y"" z"\t"1\n2"\n', [['a', 'b'], ['x "y" z', '1\n2']]],
  ['', []],
  ['alone', [['alone']]],
  ['a,\n,b\n\n', [['a', ''], ['', 'b']]],
  ['"never ended, a', [['never ended, a']]],
])('%j', (text, want) => expect(parseTable(text)).toEqual(want))
