import type { Browser, Page } from 'playwright-core'
import { newContext, type Cookies } from '../desk'
import type { Figures } from '../figure'
import type { Office } from '../server'

interface Start {
  rows: number
  usable: number
}

/**
 * In the page: the first frame with rows of the list, then the first key
 * answered on the screen, both counted from the start of the navigation.
 */
function watch(): void {
  const g = globalThis as unknown as { benchStart: Promise<Start>; benchRows?: () => Promise<void> }
  const after = (done: () => boolean): Promise<number> =>
    new Promise((resolve) => {
      const look = (): void => {
        if (!done()) return void requestAnimationFrame(look)
        const painted = new MessageChannel()
        painted.port1.onmessage = () => resolve(performance.now())
        painted.port2.postMessage(0)
      }
      look()
    })
  g.benchStart = (async () => {
    const rows = await after(() => document.querySelectorAll('#list [data-row]').length > 8)
    void g.benchRows?.()
    const usable = await after(() => document.querySelector('[data-row][data-cursor]') !== null)
    return { rows, usable }
  })()
}

/** Prepares a page to be measured from its next navigation on. */
export async function watchStart(page: Page): Promise<void> {
  await page.exposeFunction('benchRows', () => page.keyboard.press('j'))
  await page.addInitScript(watch)
}

export async function started(page: Page, url: string): Promise<Start> {
  await page.goto(url, { waitUntil: 'commit' })
  return page.evaluate(() => (globalThis as unknown as { benchStart: Promise<Start> }).benchStart)
}

/** New browser profile and empty cache each time; then once more with what the first start left in the cache. */
export async function coldStarts(browser: Browser, office: Office, cookies: Cookies, out: Figures, samples: number): Promise<void> {
  for (let i = 0; i < samples; i++) {
    const context = await newContext(browser, cookies)
    const page = await context.newPage()
    await watchStart(page)
    const cold = await started(page, office.url)
    out.add('cold start: rows painted', 'ms', undefined, cold.rows)
    out.add('cold start: a key answered', 'ms', 1500, cold.usable)
    // Until then the browser is still writing its cache.
    await page.waitForTimeout(300)
    await page.goto('about:blank')
    const warm = await started(page, office.url)
    out.add('warm start: a key answered', 'ms', 1500, warm.usable)
    await context.close()
  }
}

/** With the service worker installed, as from the second visit on. */
export async function workerStarts(browser: Browser, office: Office, cookies: Cookies, out: Figures, samples: number): Promise<void> {
  const context = await newContext(browser, cookies, { worker: true })
  const page = await context.newPage()
  await watchStart(page)
  await started(page, office.url)
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => true))
  await page.waitForTimeout(3000)
  for (let i = 0; i < samples; i++) {
    await page.goto('about:blank')
    const r = await started(page, office.url)
    out.add('start with the service worker: a key answered', 'ms', 1500, r.usable)
    await page.waitForTimeout(100)
  }
  await context.close()
}
