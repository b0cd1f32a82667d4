import type { Page } from 'playwright-core'
import { settle, time } from '../clock'
import type { Figures } from '../figure'

const hits = (query: string): string => `(() => {
  const rows = document.querySelectorAll('#list [data-row]')
  return new URLSearchParams(location.search).get('q') === ${JSON.stringify(query)} && location.pathname.includes('~search') && (rows.length > 0 || /No messages|Nothing/.test(document.getElementById('list').textContent)) && !document.querySelector('#list [role=status]')
})()`

const common = 'budget meeting road bridge school council report minutes permit water park market station harbour garden library deadline invoice contract inspection'.split(' ')
const han = '會議 紀錄 公文 預算 道路 橋樑 學校 市民 信箱 申請 回覆 草案 核定 通知 辦理 工程 檢查 招標 契約 期限'.split(' ')
const rare = (round: number): string[] => Array.from({ length: 20 }, (_, i) => String(10_007 + ((round * 20 + i) * 3571) % 80_000))

/** From the last letter typed until the first hits stand there; every query is a new one to the client. */
export async function search(page: Page, out: Figures, round: number): Promise<void> {
  const kinds = [
    ['search: a number in one letter', rare(round), (w: string) => page.keyboard.type(w, { delay: 90 })],
    ['search: a word in half of all letters', common, (w: string) => page.keyboard.type(w, { delay: 90 })],
    // An input method gives the finished word in one piece.
    ['search: two Chinese characters', han, (w: string) => page.keyboard.insertText(w)],
  ] as const
  for (const [name, words, type] of kinds) {
    for (const w of words) {
      await page.keyboard.press('/')
      await settle(page, 60)
      const r = await time(page, { on: ['input'], last: true, until: hits(w) }, () => type(w))
      out.add(name, 'ms', 300, r.ms)
      await settle(page, 100)
      await page.keyboard.press('Escape')
      await settle(page, 120)
    }
  }
}
