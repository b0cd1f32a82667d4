import { mkdirSync } from 'node:fs'
import { afterAll, beforeAll, test } from 'vitest'
import { newPage, openDesk, signIn, type Desk, type Size } from './harness'

// Pictures of every screen, to be looked at: SHOTS=dir ONLY=phone npm run shots
const out = process.env['SHOTS'] ?? '/tmp/chancery-shots'
let desk: Desk
beforeAll(async () => {
  mkdirSync(out, { recursive: true })
  desk = await openDesk()
})
afterAll(() => desk.close())

const looks: [Size, string, 'light' | 'dark'][] = [
  ['desktop', 'zh-TW', 'light'], ['desktop', 'vi', 'dark'], ['tablet', 'vi', 'light'], ['tablet', 'ko', 'dark'], ['phone', 'zh-TW', 'light'], ['phone', 'vi', 'dark'],
]
const only = process.env['ONLY']

test.each(looks.filter((l) => !only || l.join('-').includes(only)))('%s %s %s', async (size, language, theme) => {
  const { page, context, errors } = await newPage(desk, { size, language, theme })
  const shot = async (name: string): Promise<void> => {
    await page.waitForTimeout(300)
    await page.screenshot({ path: `${out}/${size}-${language}-${theme}-${name}.png` })
  }
  const back = async (): Promise<void> => {
    if (size === 'phone') await page.goBack()
  }
  await page.goto(desk.url)
  await page.locator('input[name=address]').waitFor()
  await shot('1-signin')
  await signIn(page, desk)
  await shot('2-inbox')
  const rows = page.locator('[role=row]')
  const opened = Number(process.env['ROW'] ?? 2)
  await rows.nth(opened).click()
  await page.locator('article').waitFor()
  await shot('3-thread')
  await back()
  await page.locator('[type=search]').fill('subject:newsletter')
  await page.locator('[type=search]').fill(process.env['HTML'] ?? '電子報')
  await page.waitForTimeout(1200)
  await shot('4-search')
  await rows.first().click()
  await page.locator('article').waitFor()
  await page.waitForTimeout(900)
  await shot('5-html')
  await page.locator('article footer button').first().click()
  await page.locator('[data-body]').waitFor()
  await page.keyboard.type('謝謝，已收到。')
  await shot('6-compose')
  await page.locator('section[role=dialog] footer button').last().click()
  await page.locator('section[role=dialog]').waitFor({ state: 'detached' })
  if (errors.length > 0) console.log(size, language, errors)
  await context.close()
})
