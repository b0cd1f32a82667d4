import { afterAll, beforeAll, test } from 'vitest'
import { newPage, openDesk, signIn, type Desk } from './harness'
let desk: Desk
beforeAll(async () => { desk = await openDesk(0) })
afterAll(() => desk.close())
test.each([['zh-TW','light','desktop'],['vi','dark','desktop'],['vi','light','phone'],['zh-TW','dark','phone']] as const)('%s %s %s', async (language, theme, size) => {
  const { page, context } = await newPage(desk, { language, theme, size, prefs: { theme } })
  const shot = async (n: string, full = false): Promise<void> => { await page.waitForTimeout(300); await page.screenshot({ path: `/tmp/kshots/${size}-${language}-${theme}-${n}.png`, fullPage: full }) }
  await page.goto(desk.url + '/gallery')
  await page.locator('[data-block=states]').waitFor()
  if (size === 'desktop') await page.setViewportSize({ width: 1440, height: 2400 })
  await shot('gallery')
  if (size === 'desktop') await page.setViewportSize({ width: 1440, height: 900 })
  await signIn(page, desk)
  await page.keyboard.press('Control+k')
  await page.locator('dialog [role=option]').first().waitFor()
  await shot('palette')
  await page.keyboard.press('Escape')
  if (size === 'desktop') { await page.keyboard.press('?'); await page.locator('[role=dialog] kbd').first().waitFor(); await shot('help'); await page.keyboard.press('Escape') }
  for (const s of ['', '/general', '/keyboard']) { await page.goto(desk.url + '/settings' + s); await page.locator('nav, section h1').first().waitFor(); await shot('settings' + s.replace('/', '-')) }
  await context.close()
})
