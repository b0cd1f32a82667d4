import { mkdirSync } from 'node:fs'
import { afterAll, beforeAll, test } from 'vitest'
import { newPage, openDesk, signIn, type Desk } from './harness'

// Pictures of the sheet with its tools and of import and export, for somebody to look at.
const out = process.env['SHOTS'] ?? '/tmp/chancery-shots'
let desk: Desk
beforeAll(async () => {
  mkdirSync(out, { recursive: true })
  desk = await openDesk(0)
})
afterAll(() => desk.close())

test.each([['zh-TW', 'light', 'desktop'], ['vi', 'dark', 'phone']] as const)('%s %s %s', async (language, theme, size) => {
  const { page, context } = await newPage(desk, { language, theme, size })
  const shot = async (name: string): Promise<void> => {
    await page.waitForTimeout(500)
    await page.screenshot({ path: `${out}/content-${language}-${theme}-${size}-${name}.png` })
  }
  await signIn(page, desk)
  await page.goto(`${desk.url}/settings/files`)
  await page.locator('#settings-heading').waitFor()
  await shot('settings')
  await page.goto(desk.url)
  await page.locator('[role=row]').first().click()
  await page.locator('article footer button').first().click()
  await page.locator('section[role=dialog] [data-body]').waitFor()
  await page.keyboard.type('Numbers ')
  await page.locator('section[role=dialog] [role=toolbar] button').nth(9).click()
  await page.locator('[role=menuitem]').nth(1).click()
  await shot('table')
  await context.close()
})
