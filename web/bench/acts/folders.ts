import type { Page } from 'playwright-core'
import { settle, time } from '../clock'
import type { Figures } from '../figure'
import { folderName } from '../server'

const other = (before: string): string => `(() => {
  const rows = document.querySelectorAll('#list [data-row]')
  return rows.length > 8 && rows[0].dataset.row !== '${before}' && !document.querySelector('#list [role=status]')
})()`

async function change(page: Page, name: string): Promise<{ ms: number; event: number }> {
  const before = await page.evaluate(() => document.querySelector<HTMLElement>('#list [data-row]')?.dataset['row'] ?? '')
  const item = page.locator('[role=treeitem]').filter({ hasText: name }).first()
  await item.scrollIntoViewIfNeeded()
  const b = (await item.boundingBox()) as { x: number; y: number; height: number }
  const r = await time(page, { on: ['pointerdown'], until: other(before) }, () => page.mouse.click(b.x + 60, b.y + b.height / 2))
  await settle(page, 120)
  return r
}

/** Each folder once, then a few in turn, as one who works on three matters does. */
export async function folders(page: Page, out: Figures, count: number, samples: number): Promise<void> {
  for (let f = 0; f < count; f++) {
    const r = await change(page, folderName(f))
    out.add('folder, first time', 'ms', 150, r.ms, r.event)
  }
  for (const name of ['Inbox', folderName(0), folderName(1)]) await change(page, name)
  for (let i = 0; i < samples; i++) {
    const r = await change(page, ['Inbox', folderName(0), folderName(1)][i % 3] as string)
    out.add('folder, again', 'ms', 150, r.ms, r.event)
  }
}
