import { afterAll, beforeAll, expect, test } from 'vitest'
import { findings } from './axe'
import { newPage, openDesk, signIn, type Desk, type Size } from './harness'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk(0)
})
afterAll(() => desk.close())

test.each<[Size, 'light' | 'dark', string]>([['desktop', 'light', 'zh-TW'], ['desktop', 'dark', 'ko'], ['tablet', 'light', 'zh-CN'], ['phone', 'light', 'vi'], ['phone', 'dark', 'en']])('%s %s %s', async (size, theme, language) => {
  const { page, context } = await newPage(desk, { size, theme, language })
  const all: string[] = []
  await page.goto(desk.url)
  await page.locator('input[name=password]').waitFor()
  all.push(...(await findings(page, 'sign-in')))
  await signIn(page, desk)
  all.push(...(await findings(page, 'inbox')))
  await page.locator('[role=row]').first().click()
  await page.locator('article section').first().waitFor()
  await page.waitForTimeout(400)
  all.push(...(await findings(page, 'reading')))
  await page.locator('article footer button').first().click()
  await page.locator('section[role=dialog] [data-body]').waitFor()
  await page.keyboard.type('Words')
  all.push(...(await findings(page, 'compose')))
  await page.locator('section[role=dialog] footer button').last().click()
  await page.locator('section[role=dialog]').waitFor({ state: 'detached' })
  if (size !== 'phone') {
    await page.keyboard.press('?')
    await page.locator('[role=dialog]').waitFor()
    all.push(...(await findings(page, 'keys')))
    await page.keyboard.press('Escape')
    await page.locator('[role=dialog]').waitFor({ state: 'detached' })
    await page.locator('nav button[aria-haspopup=menu]').click()
    await page.locator('[role=menu]').waitFor()
    all.push(...(await findings(page, 'menu')))
    await page.keyboard.press('Escape')
  }
  for (const section of ['', '/general', '/reading', '/keyboard']) {
    await page.goto(`${desk.url}/settings${section}`)
    await page.locator('nav li button').first().or(page.locator('section h1')).first().waitFor()
    if (section) await page.locator('section [role=switch], section select').first().waitFor()
    all.push(...(await findings(page, `settings${section}`)))
  }
  expect(all).toEqual([])
  await context.close()
})
