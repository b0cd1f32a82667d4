import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newPage, openDesk, signIn, type Desk, type Size } from './harness'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let desk: Desk
beforeAll(async () => {
  desk = await openDesk(0)
})
afterAll(() => desk.close())

interface Violation {
  id: string
  impact: string
  nodes: { html: string; failureSummary: string }[]
}

/** Serious and critical findings of axe on the page as it is shown now. */
async function findings(page: Page, where: string): Promise<string[]> {
  // By the protocol and not by a tag: the page's policy allows no inline script.
  await page.evaluate(source)
  const violations = await page.evaluate(async () => {
    const axe = (window as unknown as { axe: { run: (d: Document, o: object) => Promise<{ violations: Violation[] }> } }).axe
    return (await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], iframes: false })).violations
  })
  return violations.filter((v) => v.impact === 'serious' || v.impact === 'critical').map((v) => `${where}: ${v.id} ${v.nodes.map((n) => n.html.slice(0, 160) + n.failureSummary).slice(0, 3).join(' | ')}`)
}

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
