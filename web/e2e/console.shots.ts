import { mkdirSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { newPage, openDesk, signIn, type Desk, type Size } from './harness'
import { wordIn } from './tour'

/*
 * Pictures of every screen of the console, to be looked at, as tour.shots.ts
 * makes them of the rest:
 *   SHOTS=dir npm run shots -- console     a choice of sizes, languages and themes
 *   ONLY=phone-vi  AT='levels|systems'     some of them
 */
const out = process.env['SHOTS'] ?? '/tmp/chancery-shots'
const viewports = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } } as const
type Look = ['desktop' | 'phone', string, 'light' | 'dark']
const looks: Look[] = [['desktop', 'zh-TW', 'light'], ['desktop', 'vi', 'dark'], ['desktop', 'en', 'light'], ['desktop', 'ko', 'dark'], ['phone', 'zh-TW', 'dark'], ['phone', 'vi', 'light'], ['phone', 'ko', 'light'], ['phone', 'en', 'dark']]
const only = process.env['ONLY']
const at = process.env['AT'] ? new RegExp(`^(${process.env['AT']})$`) : undefined

interface Stop {
  name: string
  path: string
  open?: (page: Page, word: (key: string) => string) => Promise<unknown>
}

// Who sees which screens; people of the demonstration office by name.
const rounds: { who: string; stops: Stop[] }[] = [
  {
    who: 'ben.okafor',
    stops: [
      { name: 'people', path: 'people' },
      { name: 'person', path: 'people', open: (page) => page.locator('#list li button').nth(3).click() },
      { name: 'access', path: 'people', open: async (page, word) => { await page.locator('#list li button').nth(3).click(); await page.getByRole('dialog').getByRole('button', { name: word('console.access') }).click() } },
      { name: 'locked', path: 'locked' },
      { name: 'applications', path: 'applications' },
      { name: 'application', path: 'applications', open: (page, word) => page.getByRole('button', { name: word('apply.openNamed').replace('{name}', '鄭雅文') }).click() },
      { name: 'units', path: 'units' },
      { name: 'levels', path: 'levels' },
      { name: 'level', path: 'levels', open: (page) => page.locator('#list li button').nth(2).click() },
      { name: 'systems', path: 'parties' },
      { name: 'system', path: 'parties', open: (page) => page.locator('#list li').first().getByRole('button').first().click() },
      { name: 'sync', path: 'sync' },
      { name: 'run', path: 'sync', open: (page) => page.locator('#list li button').first().click() },
      { name: 'policy', path: 'policy' },
    ],
  },
  {
    who: 'priya.raman',
    stops: [
      { name: 'means', path: 'people', open: async (page, word) => { await page.locator('#list li button').nth(3).click(); await page.getByRole('dialog').getByRole('button', { name: word('console.means') }).click() } },
      { name: 'roles', path: 'roles' },
      { name: 'rules', path: 'rules' },
      { name: 'mailrules', path: 'mailrules' },
      { name: 'mailrule', path: 'mailrules', open: (page, word) => page.getByRole('button', { name: word('mailrules.add') }).first().click() },
    ],
  },
  { who: 'tong.ruolan', stops: [{ name: 'record', path: 'record' }] },
]

let desk: Desk
beforeAll(async () => {
  mkdirSync(out, { recursive: true })
  desk = await openDesk(0)
})
afterAll(() => desk.close())

test.each(looks.filter((l) => !only || l.join('-').includes(only)))('console %s %s %s', async (size: Size & keyof typeof viewports, language, theme) => {
  const failed: string[] = []
  for (const { who, stops } of rounds) {
    const account = inject('office').accounts.find((a) => a.address.startsWith(`${who}@`))
    if (!account) throw new Error(`no ${who}`)
    const { page, context } = await newPage(desk, { size, language, theme, prefs: { theme } })
    page.setDefaultTimeout(8000)
    await page.setViewportSize(viewports[size])
    await signIn(page, { ...desk, ...account })
    for (const stop of stops.filter((s) => !at || at.test(s.name))) {
      try {
        await page.goto(`${desk.url}/console/${stop.path}`)
        await page.locator('#list h1').waitFor()
        await page.waitForTimeout(500)
        await stop.open?.(page, wordIn(language))
        await page.waitForTimeout(700)
        await page.screenshot({ path: `${out}/${size}-${language}-${theme}-console-${stop.name}.png` })
        if (!(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth))) failed.push(`${stop.name} is wider than the screen`)
      } catch (e) {
        failed.push(`${stop.name}: ${String(e).slice(0, 200)}`)
      }
    }
    await context.close()
  }
  expect(failed).toEqual([])
})
