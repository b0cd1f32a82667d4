import { describe, expect, test } from 'vitest'
import type { Language } from '~/kit/i18n'
import type { Card } from './card'
import { rowsOf } from './sorting'

const card = (full: string): Card => ({ id: full, uid: full, addressBookIds: {}, name: { full } })

/** The rows in short: headings in brackets. */
function order(l: Language, ...names: string[]): string {
  return rowsOf(names.map(card), l).map((r) => ('heading' in r ? `[${r.heading}]` : r.card.name?.full)).join(' ')
}

describe('the order of names', () => {
  test.each<[Language, string[], string]>([
    ['zh-TW', ['陳志明', '王小明', '丁一', '王大同'], '[丁] 丁一 [王] 王大同 王小明 [陳] 陳志明'],
    ['zh-CN', ['张伟', '王芳', '李娜', '陈静', '安然'], '[A] 安然 [C] 陈静 [L] 李娜 [W] 王芳 [Z] 张伟'],
    ['ko', ['홍길동', '김민서', '강지우', '박서준'], '[ㄱ] 강지우 김민서 [ㅂ] 박서준 [ㅎ] 홍길동'],
    ['vi', ['Nguyễn Thị Hồng', 'Đỗ Văn Đạt', 'Trần Anh', 'Lê Văn Dũng'], '[A] Trần Anh [D] Lê Văn Dũng [Đ] Đỗ Văn Đạt [H] Nguyễn Thị Hồng'],
    ['en', ['émile', 'Bob', '42nd street', 'Ed'], '[#] 42nd street [B] Bob [E] Ed émile'],
  ])('%s', (l, names, want) => {
    expect(order(l, ...names)).toBe(want)
  })
})
