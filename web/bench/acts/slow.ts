import type { Browser } from 'playwright-core'
import { installClock, settle, time } from '../clock'
import { newContext, type Cookies } from '../desk'
import type { Figures } from '../figure'
import type { Office } from '../server'
import { started, watchStart } from './start'

const LINE = { offline: false, latency: 300, downloadThroughput: 125_000, uploadThroughput: 125_000 }

/** A line of 300 ms and 1 Mbit/s: start, read, star, write and send. */
export async function slowLine(browser: Browser, office: Office, cookies: Cookies, out: Figures, samples: number): Promise<void> {
  for (let i = 0; i < samples; i++) {
    const context = await newContext(browser, cookies)
    const page = await context.newPage()
    const cdp = await context.newCDPSession(page)
    await cdp.send('Network.enable')
    await cdp.send('Network.emulateNetworkConditions', LINE)
    await installClock(page)
    await watchStart(page)
    const cold = await started(page, office.url)
    out.add('slow line: cold start, a key answered', 'ms', undefined, cold.usable)
    await page.waitForTimeout(6000)
    await page.goto('about:blank')
    const warm = await started(page, office.url)
    out.add('slow line: start from the HTTP cache, a key answered', 'ms', undefined, warm.usable)
    await page.waitForTimeout(4000)
    for (let n = 0; n < 3; n++) {
      const before = await page.evaluate(() => document.querySelector<HTMLElement>('article[data-thread]')?.dataset['thread'] ?? '')
      const until = `(() => { const a = document.querySelector('article[data-thread]'); return a && a.dataset.thread !== '${before}' && !a.querySelector('[role=status]') && [...a.querySelectorAll('iframe')].every((f) => f.contentDocument?.body?.childElementCount > 0) })()`
      const r = await time(page, { on: ['keydown'], until }, () => page.keyboard.press(n === 0 ? 'Enter' : 'j'))
      out.add(n === 0 ? 'slow line: open the first letter' : 'slow line: open the next letter, fetched ahead', 'ms', undefined, r.ms)
      await settle(page, 4000)
    }
    const star = await time(page, { on: ['keydown'], until: `document.querySelector('article [role=toolbar] button[aria-pressed=true]')` }, () => page.keyboard.press('s'))
    out.add('slow line: star', 'ms', 50, star.ms)
    await settle(page, 1500)
    await page.keyboard.press('s')
    const sheet = await time(page, { on: ['keydown'], until: `document.activeElement?.closest('section[role=dialog]')` }, () => page.keyboard.press('c'))
    out.add('slow line: the sheet to write on', 'ms', undefined, sheet.ms)
    await page.keyboard.type(`${office.user},`)
    await page.getByRole('dialog').getByLabel('Subject', { exact: true }).fill(`Slow ${Date.now()}`)
    await page.locator('section[role=dialog] [data-body]').first().click()
    await page.keyboard.type('Sent over a slow line.')
    const sent = await time(page, { on: ['keydown'], until: `!document.querySelector('section[role=dialog]')` }, () => page.keyboard.press('Control+Enter'))
    out.add('slow line: send, until the sheet is gone', 'ms', undefined, sent.ms)
    await context.close()
  }
}
