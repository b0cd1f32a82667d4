import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newPage, openDesk, signIn, type Desk } from './harness'

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

const labels = [{ keyword: 'label-a', name: '年度預算', colour: 'green' }, { keyword: 'label-b', name: '急件', colour: 'red' }]

// Filters, chosen rows, pickers, menus and suggestions, which the general spec does not open.
test.each<['light' | 'dark', string]>([['light', 'zh-TW'], ['dark', 'vi']])('folders, labels and search %s %s', async (theme, language) => {
  const { page, context } = await newPage(desk, { theme, language, prefs: { labels } })
  const all: string[] = []
  const look = async (where: string): Promise<void> => {
    await page.waitForTimeout(300)
    const violations = await page.evaluate(async () => {
      const axe = (window as unknown as { axe: { run: (d: Document, o: object) => Promise<{ violations: Violation[] }> } }).axe
      return (await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], iframes: false })).violations
    })
    for (const v of violations) if (v.impact === 'serious' || v.impact === 'critical') all.push(`${where}: ${v.id} ${v.nodes.map((n) => n.html.slice(0, 140) + n.failureSummary).slice(0, 2).join(' | ')}`)
  }
  await signIn(page, desk)
  await page.evaluate(source)
  await page.locator('header button[aria-expanded]').nth(1).click()
  await look('filters')
  await page.locator('[role=row]').first().click({ modifiers: ['Control'] })
  await look('chosen')
  await page.keyboard.press('l')
  await page.getByRole('combobox').waitFor()
  await look('labels')
  await page.keyboard.press('Escape')
  await page.keyboard.press('v')
  await page.getByRole('combobox').waitFor()
  await look('move')
  await page.keyboard.press('Escape')
  await page.locator('[type=search]').pressSequentially('lin')
  await page.getByRole('option').first().waitFor()
  await look('suggestions')
  expect(all).toEqual([])
  await context.close()
}, 120_000)
