import type { Page } from 'playwright-core'
import { settle, time, type Wait } from '../clock'
import type { Figures } from '../figure'

const row = (id: string): string => `document.querySelector('[data-row="${id}"]')`

/** The row with the cursor, as the page marks it. */
export async function cursor(page: Page): Promise<string> {
  return page.evaluate(() => document.querySelector('[data-row][data-cursor]')?.getAttribute('data-row') ?? '')
}

/** Star, importance, read, archive, delete, by key on the cursor's row. */
export async function marks(page: Page, out: Figures, samples: number): Promise<void> {
  const act = async (name: string, key: string, until: string): Promise<void> => {
    const w: Wait = { on: ['keydown'], until }
    const r = await time(page, w, () => page.keyboard.press(key))
    out.add(name, 'ms', 50, r.ms, r.event)
    await settle(page)
  }
  await page.keyboard.press('j')
  await settle(page)
  for (let i = 0; i < samples; i++) {
    const before = await cursor(page)
    await act('down one row', 'j', `document.querySelector('[data-row][data-cursor]')?.dataset.row !== '${before}'`)
    const id = await cursor(page)
    const state = await page.evaluate((i) => {
      const r = document.querySelector(`[data-row="${i}"]`)
      return { starred: r?.querySelector('button[aria-pressed]')?.getAttribute('aria-pressed') ?? '', unread: r?.hasAttribute('data-unread'), important: r?.querySelector('svg[aria-label]') !== null && /Important/.test(r?.getAttribute('aria-label') ?? '') }
    }, id)
    await act('star', 's', `${row(id)}.querySelector('button[aria-pressed]').getAttribute('aria-pressed') !== '${state.starred}'`)
    await act('importance', 'i', `/Important/.test(${row(id)}.getAttribute('aria-label')) !== ${state.important}`)
    await act('read or unread', state.unread ? 'I' : 'u', `${row(id)}.hasAttribute('data-unread') !== ${state.unread}`)
    await act(i % 2 === 0 ? 'archive' : 'delete', i % 2 === 0 ? 'e' : '#', `!${row(id)}`)
  }
}

/** Archive with the letter open: it leaves, and the next one stands there. */
export async function archiveOpen(page: Page, out: Figures, samples: number): Promise<void> {
  await page.keyboard.press('j')
  await page.keyboard.press('Enter')
  await page.locator('article').waitFor()
  await settle(page, 900)
  for (let i = 0; i < samples; i++) {
    const id = await page.evaluate(() => document.querySelector('[data-row][aria-current]')?.getAttribute('data-row') ?? '')
    const r = await time(page, { on: ['keydown'], until: `!${row(id)}` }, () => page.keyboard.press('e'))
    out.add('archive the open letter', 'ms', 50, r.ms, r.event)
    await settle(page, 600)
  }
  await page.keyboard.press('Escape')
  await settle(page)
}
