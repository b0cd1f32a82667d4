import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findings } from './axe'
import { newPage, openDesk, type Desk, type Size } from './harness'

// Machines differ in their fonts, so not pixels are compared but boxes: how
// much stands in each block and how high it is, against e2e/gallery.txt
// (UPDATE=1 writes it anew), with a fifth of leeway for other fonts.
const golden = fileURLToPath(new URL('gallery.txt', import.meta.url))
const LEEWAY = 0.2

let desk: Desk
beforeAll(async () => {
  desk = await openDesk(0)
})
afterAll(() => desk.close())

async function open(size: Size, language: string, theme: 'light' | 'dark'): Promise<{ page: Page; close: () => Promise<void>; errors: string[] }> {
  const { page, context, errors } = await newPage(desk, { size, language, theme, prefs: { theme } })
  await page.goto(`${desk.url}/gallery`)
  await page.locator('[data-block=states]').waitFor()
  await page.waitForTimeout(300)
  return { page, close: () => context.close(), errors }
}

const boxes = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('[data-block]')].map((b) => `${b.dataset['block']} ${b.querySelectorAll('*').length} elements ${Math.round(b.getBoundingClientRect().height)} px`),
  )

/** What is cut off or sticks out: words that do not fit their box. */
const clipped = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    [...document.querySelectorAll<HTMLElement>('[data-block] *, main header *')]
      .filter((e) => e.children.length === 0 && e.textContent?.trim() && !e.closest('.sr, svg, select, [data-rac][role=listbox]') && e.className !== 'sr')
      .filter((e) => e.scrollWidth > e.clientWidth + 1 && getComputedStyle(e).display !== 'inline' && getComputedStyle(e).textOverflow !== 'ellipsis')
      .map((e) => `${e.tagName} ${e.textContent?.slice(0, 40)} ${e.scrollWidth}>${e.clientWidth}`),
  )

test('every primitive in both themes, five languages and both sizes: same boxes, nothing cut off, no finding of axe', async () => {
  const seen: string[] = []
  const problems: string[] = []
  for (const [size, language, theme] of [['desktop', 'zh-TW', 'light'], ['desktop', 'zh-CN', 'dark'], ['desktop', 'vi', 'light'], ['desktop', 'ko', 'dark'], ['desktop', 'en', 'light'], ['phone', 'vi', 'dark'], ['phone', 'zh-TW', 'light']] as const) {
    const { page, close, errors } = await open(size, language, theme)
    const where = `${size} ${language} ${theme}`
    seen.push(...(await boxes(page)).map((b) => `${where} ${b}`))
    problems.push(...(await clipped(page)).map((c) => `${where} cut off: ${c}`), ...errors.filter((e) => !e.includes('401')).map((e) => `${where}: ${e}`))
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), where).toBe(true)
    problems.push(...(await findings(page, where, true)))
    await close()
  }
  expect(problems).toEqual([])
  if (process.env['UPDATE'] || !existsSync(golden)) writeFileSync(golden, `${seen.join('\n')}\n`)
  const want = readFileSync(golden, 'utf8').trim().split('\n')
  const parse = (line: string): { name: string; elements: number; px: number } => {
    const m = /^(.*) (\d+) elements (\d+) px$/.exec(line)
    return { name: m?.[1] ?? line, elements: Number(m?.[2]), px: Number(m?.[3]) }
  }
  const off = seen.filter((line, i) => {
    const [a, b] = [parse(line), parse(want[i] ?? '')]
    return a.name !== b.name || a.elements !== b.elements || Math.abs(a.px - b.px) > Math.max(16, b.px * LEEWAY)
  })
  expect(off, 'differs from e2e/gallery.txt').toEqual([])
}, 180_000)

test('tree, table, tabs and date field by keyboard alone, years counted as chosen', async () => {
  const { page, close } = await open('desktop', 'zh-TW', 'light')
  const day = page.locator('[data-day]')
  expect(await day.innerText()).toBe('2026-11-20')
  await page.evaluate(() => {
    const p = JSON.parse(localStorage.getItem('chancery.prefs') ?? '{}') as object
    localStorage.setItem('chancery.prefs', JSON.stringify({ ...p, calendar: 'roc' }))
  })
  await page.reload()
  await page.locator('[data-block=states]').waitFor()
  const year = page.getByRole('spinbutton', { name: /^年/ })
  expect(await year.innerText()).toContain('115')
  await year.focus()
  await page.keyboard.press('ArrowUp')
  expect(await day.innerText()).toBe('2027-11-20')
  // By strokes: 丁 (2), 王 (4), 陳 (11), then the other scripts.
  await page.getByRole('columnheader', { name: '姓名' }).click()
  expect((await page.locator('[data-block=data] [role=rowheader]').allInnerTexts()).filter((n) => /\p{Script=Han}/u.test(n))).toEqual(['丁若蘭', '王小明', '陳怡君'])
  const tree = page.getByRole('treegrid')
  await tree.getByText('工務局').click()
  await page.keyboard.press('ArrowDown')
  expect(await tree.getByRole('row', { name: '河濱公園' }).getAttribute('aria-selected')).toBe('true')
  await page.getByRole('tab', { name: '總覽' }).focus()
  await page.keyboard.press('ArrowRight')
  expect(await page.getByRole('tab', { name: '歷程' }).getAttribute('aria-selected')).toBe('true')
  await close()
})
