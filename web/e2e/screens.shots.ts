import { mkdirSync } from 'node:fs'
import { afterAll, beforeAll, test } from 'vitest'
import { newPage, openDesk, signIn, type Desk, type Size } from './harness'

// Pictures of every screen, to be looked at: SHOTS=dir npm run shots
const out = process.env['SHOTS'] ?? '/tmp/chancery-shots'
let desk: Desk
beforeAll(async () => {
  mkdirSync(out, { recursive: true })
  desk = await openDesk(300)
})
afterAll(() => desk.close())

const looks: [Size, string, 'light' | 'dark'][] = [
  ['desktop', 'zh-TW', 'light'], ['desktop', 'vi', 'dark'], ['tablet', 'vi', 'light'], ['tablet', 'ko', 'dark'], ['phone', 'zh-TW', 'light'], ['phone', 'vi', 'dark'],
]
const only = process.env['ONLY']

test.each(looks.filter((l) => !only || l.join('-').includes(only)))('%s %s %s', async (size, language, theme) => {
  const { page, context, errors } = await newPage(desk, { size, language, theme })
  const shot = async (name: string): Promise<void> => {
    await page.waitForTimeout(250)
    await page.screenshot({ path: `${out}/${size}-${language}-${theme}-${name}.png` })
  }
  await page.goto(desk.url)
  await page.locator('input[name=address]').waitFor()
  await shot('1-signin')
  await signIn(page, desk)
  await shot('2-inbox')
  await page.locator('[role=row]').nth(0).click()
  await page.locator('article').waitFor()
  await page.waitForTimeout(400)
  await shot('3-thread')
  if (size === 'phone') await page.goBack()
  await page.locator('[role=row]', { hasText: '海綿' }).click()
  await page.locator('iframe').waitFor()
  await page.waitForTimeout(600)
  await shot('4-html')
  await page.locator('footer button').first().click()
  await page.locator('[data-body]').waitFor()
  await page.keyboard.type('Xin cảm ơn. 謝謝，已收到。')
  await shot('5-compose')
  await page.keyboard.press('Escape')
  await page.locator('[role=dialog]').waitFor({ state: 'detached' })
  if (size === 'phone') await page.goBack()
  await page.locator('[type=search]').fill('會議')
  await page.waitForTimeout(900)
  await shot('6-search')
  if (errors.length > 0) console.log(size, language, errors)
  await context.close()
})
