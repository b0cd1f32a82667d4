import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Violation {
  id: string
  impact: string
  nodes: { html: string; failureSummary: string }[]
}

/** Serious and critical findings of axe on the page as it is shown now. */
export async function violations(page: Page, within = 'html'): Promise<string[]> {
  await page.evaluate(source)
  const found = await page.evaluate(async (selector) => {
    const axe = (window as unknown as { axe: { run: (d: Element | null, o: object) => Promise<{ violations: Violation[] }> } }).axe
    return (await axe.run(document.querySelector(selector), { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], iframes: false })).violations
  }, within)
  return found.filter((v) => v.impact === 'serious' || v.impact === 'critical').map((v) => `${v.id} ${v.nodes.map((n) => n.html.slice(0, 160) + n.failureSummary).slice(0, 3).join(' | ')}`)
}
