import { mkdirSync } from 'node:fs'
import { afterAll, beforeAll, test } from 'vitest'
import { newPage, openDesk, signIn, type Desk } from './harness'

// Pictures of what floats over the screens: menus, settings, keys, choices.
const out = process.env['SHOTS'] ?? '/tmp/chancery-shots'
let desk: Desk
beforeAll(async () => {
  mkdirSync(out, { recursive: true })
  desk = await openDesk(0)
})
afterAll(() => desk.close())

test.each([['vi', 'light'], ['zh-TW', 'dark']] as const)('%s %s', async (language, theme) => {
  const { page, context } = await newPage(desk, { language, theme })
  const shot = async (name: string): Promise<void> => {
    await page.waitForTimeout(350)
    await page.screenshot({ path: `${out}/over-${language}-${theme}-${name}.png` })
  }
  await signIn(page, desk)
  await page.keyboard.press('?')
  await page.locator('[role=dialog]').waitFor()
  await shot('1-keys')
  await page.keyboard.press('Escape')
  await page.locator('nav button[aria-haspopup=menu]').click()
  await page.locator('[role=menuitem]').first().click()
  await page.locator('section h1').waitFor()
  await shot('2-settings')
  await page.goBack()
  await page.locator('[role=row]').first().waitFor()
  for (const k of ['j', 'x', 'j', 'x']) await page.keyboard.press(k)
  await page.locator('header button[aria-haspopup=menu]').click()
  await page.locator('[role=menu]').waitFor()
  await shot('3-choose')
  await page.keyboard.press('Escape')
  await page.keyboard.press('Escape')
  await page.locator('[role=row]').nth(0).click()
  await page.locator('article section').first().waitFor()
  await shot('4-thread')
  await page.keyboard.press('c')
  const to = page.locator('section[role=dialog] input[role=combobox]').first()
  await to.fill('chen')
  await page.locator('[role=option]').first().waitFor()
  await shot('5-complete')
  await page.keyboard.press('Escape')
  await page.locator('section[role=dialog] footer button').last().click()
  await page.locator('[role=treeitem]').last().scrollIntoViewIfNeeded()
  await shot('6-shared')
  await page.locator('[role=treeitem]').last().click()
  await shot('7-other')
  await page.keyboard.press('/')
  await shot('8-search')
  await context.close()
})
