import { expect, test } from 'vitest'
import { addTexts, speak, t } from '~/kit/i18n'
import { parseQuery } from '../search'
import { termLabel } from './term'

test.each([
  ['en', 'from:ann', 'From: ann'],
  ['en', '-has:attachment', 'Not: Has attachments'],
  ['en', 'from:ann OR (in:trash is:unread)', 'From: ann or In Trash Unread'],
  ['en', 'is:nonsense', 'is:nonsense'],
  ['en', '"road works"', '“road works”'],
  ['zh-TW', '寄件人:王小明', '寄件人：王小明'],
  ['zh-CN', 'larger:5m', '大于 5m'],
  ['vi', 'in:junk', 'Trong Thư rác'],
  ['ko', 'before:2026-11-03', '2026-11-03 이전'],
] as const)('%s: %s reads %s', async (language, query, label) => {
  await speak(language)
  await addTexts('folders')
  expect(parseQuery(query).map((x) => termLabel(t, x)).join(' | ')).toBe(label)
})
