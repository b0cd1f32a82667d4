import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newPage, openFakeDesk, signIn, type Desk } from './harness'

// A folder of 100,000 messages, from the in-memory office: what is measured is the client.
const MANY = 100_000
let desk: Desk
beforeAll(async () => {
  desk = await openFakeDesk(MANY)
})
afterAll(() => desk.close())

test('100,000 messages scroll without holes, without jumps, and with few rows alive', async () => {
  const { page, context, errors } = await newPage(desk)
  await signIn(page, desk)
  const list = page.locator('#list')
  expect(await page.getByRole('grid').getAttribute('aria-rowcount')).toBe(String(MANY + 7))

  const frames = await list.evaluate(async (el) => {
    const gaps: number[] = []
    let last = performance.now()
    for (let i = 0; i < 120; i++) {
      el.scrollTop += 90
      await new Promise(requestAnimationFrame)
      const now = performance.now()
      gaps.push(now - last)
      last = now
    }
    return gaps.sort((a, b) => a - b)
  })
  const p95 = frames[Math.floor(frames.length * 0.95)] ?? 0
  console.log(`scrolling: median frame ${frames[60]?.toFixed(1)} ms, 95th ${p95.toFixed(1)} ms`)

  await list.evaluate((el) => el.scrollTo(0, el.scrollHeight / 2))
  // The rows of before may still stand there for a frame.
  await page.waitForFunction((middle) => {
    const rows = [...document.querySelectorAll('[role=row][data-row]')]
    return rows.length > 8 && rows.every((r) => Math.abs(Number(r.getAttribute('aria-rowindex')) - middle) < 60)
  }, MANY / 2)
  expect(await page.locator('[role=row]').count()).toBeLessThan(60)

  await list.evaluate((el) => el.scrollTo(0, el.scrollHeight))
  await page.waitForFunction((n) => [...document.querySelectorAll('[role=row][data-row]')].some((r) => r.getAttribute('aria-rowindex') === String(n)), MANY + 7)
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})

test('rows stand where the list is in the very frame that scrolls, however far', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  const list = page.locator('#list')
  const short = await list.evaluate(async (el) => {
    await new Promise((done) => setTimeout(done, 300)) // rows beyond the visible ones come a little later
    const bad: number[] = []
    for (const step of [90, 90, 1500, 1500, 40_000, -700, 1500, 2_000_000, -90]) {
      el.scrollTop += step
      await new Promise((done) => el.addEventListener('scroll', () => requestAnimationFrame(done), { once: true }))
      const view = el.getBoundingClientRect()
      const boxes = [...el.querySelectorAll('[role=row]')].map((r) => r.getBoundingClientRect())
      const covered = boxes.reduce((sum, b) => sum + Math.max(0, Math.min(b.bottom, view.bottom) - Math.max(b.top, view.top)), 0)
      if (covered < view.height - 2) bad.push(step)
    }
    return bad
  })
  expect(short).toEqual([])
  await context.close()
})

test('acts answer at once: the row is gone within a frame or two', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  const took: { ms: number; frames: number }[] = []
  for (let i = 0; i < 10; i++) {
    await page.keyboard.press('j')
    took.push(
      await page.evaluate(async () => {
        const id = document.activeElement?.getAttribute('data-row') ?? ''
        const start = performance.now()
        document.activeElement?.dispatchEvent(new KeyboardEvent('keydown', { key: 'e', bubbles: true, cancelable: true }))
        let frames = 0
        for (; document.querySelector(`[data-row="${id}"]`); frames++) await new Promise(requestAnimationFrame)
        return { ms: performance.now() - start, frames }
      }),
    )
  }
  const ms = took.map((t) => t.ms).sort((a, b) => a - b)
  const frames = took.map((t) => t.frames).sort((a, b) => a - b)
  console.log(`archive: median ${ms[5]?.toFixed(0)} ms, slowest ${ms[9]?.toFixed(0)} ms; median ${frames[5]} frames`)
  // Frames and not milliseconds: a busy machine draws fewer of them.
  expect(frames[5]).toBeLessThanOrEqual(3)
  await context.close()
})

/** How many elements of the list and of the folders an act changes; what is drawn anew without need costs every act. */
async function touched(page: Page, act: () => Promise<void>): Promise<{ rows: number; folders: number }> {
  await page.evaluate(() => {
    const seen = { rows: new Set<Element>(), folders: new Set<Element>(), stop: () => {} }
    const watch = new MutationObserver((list) => {
      for (const m of list) {
        // Where a row stands is set without drawing it.
        if (m.attributeName === 'aria-rowindex') continue
        const el = m.target instanceof Element ? m.target : m.target.parentElement
        const [row, folder] = [el?.closest('[data-row]'), el?.closest('[role=treeitem]')]
        if (row) seen.rows.add(row)
        if (folder) seen.folders.add(folder)
      }
    })
    watch.observe(document.body, { subtree: true, attributes: true, childList: true, characterData: true })
    seen.stop = () => watch.disconnect()
    Object.assign(globalThis, { seen })
  })
  await act()
  await page.waitForTimeout(400)
  return page.evaluate(() => {
    const { seen } = globalThis as unknown as { seen: { rows: Set<Element>; folders: Set<Element>; stop: () => void } }
    seen.stop()
    return { rows: seen.rows.size, folders: seen.folders.size }
  })
}

test('a step of the cursor changes two rows and no folder; a star one row', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.waitForTimeout(2500)
  await page.keyboard.press('j')
  const step = await touched(page, () => page.keyboard.press('j'))
  expect(step.rows).toBeLessThanOrEqual(2)
  expect(step.folders).toBe(0)
  const star = await touched(page, () => page.keyboard.press('s'))
  expect(star).toEqual({ rows: 1, folders: 0 })
  const tenth = page.locator('[data-row]').nth(9)
  const before = await tenth.getAttribute('data-row')
  await page.keyboard.press('e')
  await page.waitForFunction((id) => document.querySelectorAll('[data-row]')[8]?.getAttribute('data-row') === id, before)
  // Rows that moved up say so, though nothing of them was drawn anew.
  const places = await page.locator('[data-row]').evaluateAll((rows) => rows.slice(0, 12).map((r) => Number(r.getAttribute('aria-rowindex'))))
  expect(places).toEqual(Array.from({ length: 12 }, (_, i) => i + 1))
  await context.close()
})

test('what cannot be done is put back and said', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  ;(desk as Awaited<ReturnType<typeof openFakeDesk>>).fake.refuseNextSet = 'forbidden'
  await page.keyboard.press('j')
  const id = await page.evaluate(() => document.activeElement?.getAttribute('data-row'))
  await page.keyboard.press('e')
  await page.getByText('has been put back').waitFor()
  await page.locator(`[data-row="${id}"]`).waitFor()
  await context.close()
})
