import type { CDPSession, Page } from 'playwright-core'
import type { Figures } from '../figure'

interface Watch {
  gaps: number[]
  blank: number
  holes: number
  frames: number
  long: number[]
}

/** In the page: every frame's distance to the one before, rows that are missing or not known yet, tasks over 50 ms. */
function watch(): void {
  const list = document.getElementById('list') as HTMLElement
  const w: Watch & { stop: boolean } = { gaps: [], blank: 0, holes: 0, frames: 0, long: [], stop: false }
  const tasks = new PerformanceObserver((l) => w.long.push(...l.getEntries().map((e) => e.duration)))
  tasks.observe({ type: 'longtask' })
  let last = performance.now()
  let top = list.scrollTop
  const frame = (): void => {
    const now = performance.now()
    // Only frames in which something had to move count.
    if (list.scrollTop !== top) {
      w.gaps.push(now - last)
      w.frames++
      const view = list.getBoundingClientRect()
      const rows = [...list.querySelectorAll('[role=row]')].map((r) => ({ known: r.hasAttribute('data-row'), box: r.getBoundingClientRect() })).filter((r) => r.box.bottom > view.top + 2 && r.box.top < view.bottom - 2)
      const covered = rows.reduce((n, r) => n + Math.min(r.box.bottom, view.bottom) - Math.max(r.box.top, view.top), 0)
      if (covered < view.height - 4) w.blank++
      if (rows.some((r) => !r.known)) w.holes++
    }
    top = list.scrollTop
    last = now
    if (!w.stop) requestAnimationFrame(frame)
    else tasks.disconnect()
  }
  requestAnimationFrame(frame)
  Object.assign(globalThis, { benchScroll: w })
}

async function watched(page: Page, act: () => Promise<void>): Promise<Watch> {
  await page.evaluate(watch)
  await act()
  return page.evaluate(async () => {
    const w = (globalThis as unknown as { benchScroll: Watch & { stop: boolean } }).benchScroll
    w.stop = true
    await new Promise(requestAnimationFrame)
    return w
  })
}

async function cpu(cdp: CDPSession): Promise<number> {
  const { metrics } = await cdp.send('Performance.getMetrics')
  return (metrics.find((m) => m.name === 'ThreadTime')?.value ?? 0) * 1000
}

/** Turns the wheel at the pace of a hand: a notch every frame or two. */
async function wheel(page: Page, cdp: CDPSession, notches: number, deltaY: number): Promise<void> {
  for (let i = 0; i < notches; i++) {
    await cdp.send('Input.dispatchMouseEvent', { type: 'mouseWheel', x: 700, y: 500, deltaX: 0, deltaY })
    await page.waitForTimeout(16)
  }
}

/**
 * Scrolls a list of all letters by the wheel, slowly and flung, and by its
 * bar to far places; the same wheel over an empty page of the same height says
 * how many frames this machine drops by itself.
 */
export async function scroll(page: Page, out: Figures, notches: number): Promise<void> {
  for (const [name, deltaY] of [['wheel, 100 px a notch', 100], ['flung, 1,500 px a notch', 1500]] as const) {
    const { w, each } = await scrolled(page, notches, deltaY)
    rates(out, name, w, each)
    out.add(`${name}: frames with a part not covered by rows`, '%', 0, (100 * w.blank) / Math.max(1, w.frames))
    out.add(`${name}: frames with a row not known yet`, '%', undefined, (100 * w.holes) / Math.max(1, w.frames))
    out.add(`${name}: tasks over 50 ms`, '', undefined, w.long.length)
  }
  await jumps(page, out)
  const empty = await page.context().newPage()
  await empty.setContent('<div id="list" style="height: 90vh; overflow: auto"><div style="height: 7000000px"></div></div>')
  const { w, each } = await scrolled(empty, notches, 100)
  rates(out, 'wheel over an empty page', w, each)
  await empty.close()
}

async function scrolled(page: Page, notches: number, deltaY: number): Promise<{ w: Watch; each: number }> {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
  await page.mouse.move(700, 500)
  await page.evaluate(() => document.getElementById('list')?.scrollTo(0, 0))
  await page.waitForTimeout(600)
  const before = await cpu(cdp)
  const w = await watched(page, () => wheel(page, cdp, notches, deltaY))
  const each = ((await cpu(cdp)) - before) / Math.max(1, w.frames)
  await cdp.detach()
  return { w, each }
}

function rates(out: Figures, name: string, w: Watch, each: number): void {
  w.gaps.forEach((g) => out.add(`${name}: from frame to frame`, 'ms', undefined, g))
  out.add(`${name}: frames later than two beats`, '%', 0, (100 * w.gaps.filter((g) => g > 33.4).length) / Math.max(1, w.gaps.length))
  out.add(`${name}: processor time of the page for a frame`, 'ms', undefined, each)
}

/** To a far place at once, as by the bar: until every row in view is known and painted. */
async function jumps(page: Page, out: Figures): Promise<void> {
  for (let i = 1; i <= 20; i++) {
    const ms = await page.evaluate(
      (part) =>
        new Promise<number>((resolve) => {
          const list = document.getElementById('list') as HTMLElement
          const start = performance.now()
          list.scrollTop = list.scrollHeight * part
          const look = (): void => {
            const view = list.getBoundingClientRect()
            const seen = [...list.querySelectorAll('[role=row]')].filter((r) => r.getBoundingClientRect().bottom > view.top + 2 && r.getBoundingClientRect().top < view.bottom - 2)
            if (performance.now() - start < 20_000 && (seen.length < 8 || seen.some((r) => !r.hasAttribute('data-row')))) return void requestAnimationFrame(look)
            const painted = new MessageChannel()
            painted.port1.onmessage = () => resolve(performance.now() - start)
            painted.port2.postMessage(0)
          }
          requestAnimationFrame(look)
        }),
      ((i * 7) % 20) / 20 + 0.02,
    )
    out.add('jump to a far place: rows known', 'ms', 300, ms)
    await page.waitForTimeout(150)
  }
}
