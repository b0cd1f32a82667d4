import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { installClock } from './clock'
import type { Office } from './server'

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--enable-precise-memory-info']

export async function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', headless: true, args: FLAGS })
}

/** What a signed-in browser has: cookies, nothing else. */
export type Cookies = Awaited<ReturnType<BrowserContext['cookies']>>

export interface Look {
  worker?: boolean
  prefs?: Record<string, unknown>
}

export async function newContext(browser: Browser, cookies: Cookies, look: Look = {}): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: 'en', reducedMotion: 'reduce', serviceWorkers: look.worker ? 'allow' : 'block' })
  await context.addInitScript((p) => {
    if (location.protocol.startsWith('http') && !localStorage.getItem('chancery.prefs')) localStorage.setItem('chancery.prefs', p)
  }, JSON.stringify({ language: 'en', ...look.prefs }))
  if (cookies.length > 0) await context.addCookies(cookies)
  return context
}

/** Signs in once by the form; every measured page starts with its cookies. */
export async function signIn(browser: Browser, office: Office): Promise<Cookies> {
  const context = await newContext(browser, [])
  const page = await context.newPage()
  await page.goto(office.url)
  await page.locator('input[name=address]').fill(office.user)
  await page.locator('input[name=password]').fill(office.password)
  await page.locator('button[type=submit]').click()
  await page.locator('[role=row][data-row]').first().waitFor()
  const cookies = await context.cookies()
  await context.close()
  return cookies
}

/** A page at the inbox, with its rows drawn and its idle work done. */
export async function openInbox(context: BrowserContext, office: Office): Promise<Page> {
  const page = await context.newPage()
  await installClock(page)
  await page.goto(office.url)
  await page.locator('[role=row][data-row]').first().waitFor()
  // What the client fetches ahead in its first seconds.
  await page.waitForTimeout(2500)
  return page
}
