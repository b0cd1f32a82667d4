import { mkdirSync } from 'node:fs'
import { afterAll, beforeAll, test } from 'vitest'
import { newPage, openDesk, signIn, type Desk, type Size } from './harness'

// Pictures of folders, labels, filters, pickers and long work: SHOTS=dir ONLY=phone npm run shots
const out = process.env['SHOTS'] ?? '/tmp/chancery-shots'
let desk: Desk
beforeAll(async () => {
  mkdirSync(out, { recursive: true })
  desk = await openDesk()
})
afterAll(() => desk.close())

const labels = [
  { keyword: 'label-a', name: '年度預算', colour: 'green' }, { keyword: 'label-b', name: '急件', colour: 'red' },
  { keyword: 'label-c', name: 'Hợp tác quốc tế', colour: 'purple' }, { keyword: 'label-d', name: '議會質詢', colour: 'orange' },
]
const searches = [{ id: '1', name: '未讀公文', query: 'is:unread subject:公文' }]
const looks: [Size, string, 'light' | 'dark'][] = [['desktop', 'zh-TW', 'light'], ['desktop', 'vi', 'dark'], ['phone', 'zh-TW', 'dark'], ['phone', 'vi', 'light']]
const only = process.env['ONLY']

test.each(looks.filter((l) => !only || l.join('-').includes(only)))('%s %s %s', async (size, language, theme) => {
  const { page, context } = await newPage(desk, { size, language, theme, prefs: { labels, searches, recentSearches: ['from:陳 is:unread', '道路 after:2025-10-01'] } })
  const shot = async (name: string): Promise<void> => {
    await page.waitForTimeout(450)
    await page.screenshot({ path: `${out}/${size}-${language}-${theme}-c${name}.png` })
  }
  await signIn(page, desk)
  await page.waitForTimeout(500)
  await page.keyboard.press('j')
  for (const n of [1, 3, 2]) {
    await page.keyboard.press('l')
    await page.getByRole('option').nth(n - 1).click()
    await page.keyboard.press('Control+Enter')
    await page.waitForTimeout(200)
    await page.keyboard.press('j')
  }
  await page.keyboard.press('i')
  await page.locator('header button[aria-expanded]').last().click()
  await page.waitForTimeout(300)
  await shot('1-list')
  await page.keyboard.press('Shift+ArrowDown')
  await page.keyboard.press('Shift+ArrowDown')
  await shot('2-chosen')
  await page.keyboard.press('l')
  await shot('3-label')
  await page.keyboard.press('Escape')
  await page.keyboard.press('v')
  await shot('4-move')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await page.locator('[type=search]').focus()
  await shot('5-search-empty')
  await page.locator('[type=search]').pressSequentially('lin')
  await shot('6-suggest')
  await page.locator('[type=search]').fill('道路 has:attachment')
  await page.keyboard.press('Enter')
  await page.waitForTimeout(600)
  await shot('7-found')
  await page.locator('[role=group] button:has(svg)').nth(-2).click().catch(() => {})
  await shot('8-filters')
  await page.keyboard.press('Escape')
  if (size === 'desktop') {
    await page.locator('[role=treeitem]:not([aria-expanded]):has(svg)').last().click({ button: 'right' })
    await shot('9-folder-menu')
  } else {
    await page.locator('header button').first().click()
    await shot('9-drawer')
  }
  await context.close()
})
