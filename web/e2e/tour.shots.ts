import { mkdirSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newPage, openDesk, type Desk, type Size } from './harness'
import { prepare, stops, tour, wordIn, type Scene } from './tour'

/*
 * Pictures of every screen, to be looked at:
 *   SHOTS=dir npm run shots            a choice of sizes, languages and themes
 *   ALL=1                              every size in every language and theme
 *   ONLY=phone-vi  AT='inbox|rule'     some of them
 * scripts/sheets.sh puts them together on contact sheets.
 */
const out = process.env['SHOTS'] ?? '/tmp/chancery-shots'
const viewports = { desktop: { width: 1440, height: 900 }, tablet: { width: 820, height: 1180 }, phone: { width: 390, height: 844 } } as const
const languages = ['zh-TW', 'zh-CN', 'vi', 'ko', 'en']
type Look = [Size, string, 'light' | 'dark']
const chosen: Look[] = [['desktop', 'zh-TW', 'light'], ['desktop', 'vi', 'dark'], ['tablet', 'vi', 'light'], ['tablet', 'ko', 'dark'], ['phone', 'zh-TW', 'dark'], ['phone', 'vi', 'light'], ['desktop', 'en', 'light'], ['phone', 'ko', 'light'], ['phone', 'zh-CN', 'dark']]
const every: Look[] = (['desktop', 'tablet', 'phone'] as const).flatMap((size) => languages.flatMap((l) => (['light', 'dark'] as const).map((theme): Look => [size, l, theme])))
const only = process.env['ONLY']
const at = process.env['AT'] ? new RegExp(`^(${process.env['AT']})$`) : undefined

let desk: Desk
let scene: Scene
beforeAll(async () => {
  mkdirSync(out, { recursive: true })
  desk = await openDesk(0)
  scene = await prepare(desk)
})
afterAll(() => desk.close())

test.each((process.env['ALL'] ? every : chosen).filter((l) => !only || l.join('-').includes(only)))('%s %s %s', async (size, language, theme) => {
  const { page, context } = await newPage(desk, { size, language, theme, prefs: { theme } })
  await page.setViewportSize(viewports[size])
  const shot = async (name: string): Promise<unknown> => {
    await page.waitForTimeout(400) // what slides in is looked at where it comes to rest
    return page.screenshot({ path: `${out}/${size}-${language}-${theme}-${name}.png` })
  }
  if (!at || at.test('sign-in')) {
    await page.goto(desk.url)
    await page.locator('input[name=password]').waitFor()
    await shot('00-sign-in')
  }
  const failed = await tour({ page, desk, scene, size, word: wordIn(language) }, (stop) => shot(`${String(stops.indexOf(stop) + 1).padStart(2, '0')}-${stop.name}`).then(() => undefined), at)
  if (!at || at.test('offline')) {
    await page.goto(desk.url)
    await page.locator('[role=row]').first().waitFor()
    await context.setOffline(true)
    await page.waitForTimeout(1500)
    await shot('90-offline')
  }
  await context.close()
  expect(failed).toEqual([])
})
