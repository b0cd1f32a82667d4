import { mkdirSync } from 'node:fs'
import { afterAll, beforeAll, test } from 'vitest'
import { newPage, openDesk, signIn, type Desk } from './harness'

// Pictures of looking at files, for somebody to look at.
const out = process.env['SHOTS'] ?? '/tmp/chancery-shots'
let desk: Desk
beforeAll(async () => {
  mkdirSync(out, { recursive: true })
  desk = await openDesk(5)
})
afterAll(() => desk.close())

test.each([['zh-TW', 'light', 'desktop'], ['vi', 'dark', 'desktop'], ['vi', 'light', 'phone']] as const)('%s %s %s', async (language, theme, size) => {
  const { page, context } = await newPage(desk, { language, theme, size })
  const shot = async (name: string): Promise<void> => {
    await page.waitForTimeout(700)
    await page.screenshot({ path: `${out}/content-${language}-${theme}-${size}-${name}.png` })
  }
  await signIn(page, desk)
  await page.getByRole('row', { name: /Files \d/ }).first().click()
  await page.locator('article section ul li button').first().waitFor()
  await shot('0-letter')
  for (const [i, name] of ['pdf', 'image', 'table', 'text', 'letter', 'zip', 'tnef', 'office'].entries()) {
    await page.locator('article section ul li').nth(i).getByRole('button').click()
    await page.waitForTimeout(400)
    await shot(`${i + 1}-${name}`)
    await page.keyboard.press('Escape')
  }
  await context.close()
})
