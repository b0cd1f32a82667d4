import type { Page } from 'playwright-core'
import { settle, time } from '../clock'
import type { Figures } from '../figure'

/** The letter of the marked row is there with its text; a frame of HTML has been filled and fitted. */
const shown = (threadBefore: string): string => `(() => {
  const a = document.querySelector('article[data-thread]')
  if (!a || a.dataset.thread === '${threadBefore}' || a.querySelector('[role=status]')) return false
  if (!document.querySelector('[data-row][aria-current]')) return false
  return [...a.querySelectorAll('iframe')].every((f) => f.contentDocument?.body?.childElementCount > 0 && f.style.height) && a.querySelectorAll('li[data-open]').length > 0
})()`

async function thread(page: Page): Promise<string> {
  return page.evaluate(() => document.querySelector<HTMLElement>('article[data-thread]')?.dataset['thread'] ?? '')
}

/** The middle of a row that is wholly in view, the nth from above. */
async function spot(page: Page, n: number): Promise<{ x: number; y: number }> {
  return page.evaluate((n) => {
    const list = (document.getElementById('list') as HTMLElement).getBoundingClientRect()
    const rows = [...document.querySelectorAll('[data-row]')].map((r) => r.getBoundingClientRect()).filter((r) => r.top >= list.top && r.bottom <= list.bottom)
    const r = rows[n % rows.length] as DOMRect
    return { x: r.left + r.width / 2, y: r.top + r.height / 2 }
  }, n)
}

/** Letters nobody opened before, here and there in the list, by the mouse. */
export async function openUncached(page: Page, out: Figures, samples: number): Promise<void> {
  // The chunks that the first letters of each kind need are no part of it.
  for (let i = 0; i < 4; i++) {
    const p = await spot(page, i * 2)
    await page.mouse.click(p.x, p.y)
    await settle(page, 900)
  }
  for (let i = 0; i < samples; i++) {
    await page.evaluate((top) => (document.getElementById('list') as HTMLElement).scrollTo(0, top), 1500 + i * 1300)
    await page.waitForFunction(() => document.querySelectorAll('[data-row]').length > 12)
    await settle(page, 250)
    const p = await spot(page, 2)
    const r = await time(page, { on: ['pointerdown'], until: shown(await thread(page)) }, () => page.mouse.click(p.x, p.y))
    out.add('open a letter not fetched yet', 'ms', 300, r.ms, r.event)
    await settle(page, 100)
  }
}

/** The next letter, which was fetched while the one before was read; then back through those read before. */
export async function openCached(page: Page, out: Figures, samples: number): Promise<void> {
  await page.evaluate(() => document.getElementById('list')?.scrollTo(0, 0))
  await settle(page, 300)
  const p = await spot(page, 0)
  await page.mouse.click(p.x, p.y)
  await settle(page, 900)
  for (const [name, key, pause] of [['open the next letter, fetched ahead', 'j', 700], ['open a letter read before', 'k', 150]] as const) {
    for (let i = 0; i < samples; i++) {
      const r = await time(page, { on: ['keydown'], until: shown(await thread(page)) }, () => page.keyboard.press(key))
      out.add(name, 'ms', 100, r.ms, r.event)
      await settle(page, pause)
    }
  }
}
