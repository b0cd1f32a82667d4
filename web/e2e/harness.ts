import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core'
import { inject } from 'vitest'
import { FakeJmap } from '~/kit/testing/fake'
import { startFake } from '~/kit/testing/server'

export const dist = fileURLToPath(new URL('../dist', import.meta.url))

const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync']

/** The sizes a person works at. */
export const sizes = { desktop: { width: 1440, height: 900 }, tablet: { width: 1024, height: 768 }, phone: { width: 390, height: 844 } } as const
export type Size = keyof typeof sizes

export interface Desk {
  url: string
  browser: Browser
  address: string
  password: string
  close: () => Promise<void>
}

async function launch(): Promise<Browser> {
  return chromium.launch({ executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium', headless: true, args: FLAGS })
}

/** A browser in the demonstration office, as the person at that place of its list. */
export async function openDesk(person = 0): Promise<Desk> {
  const office = inject('office')
  const account = office.accounts[person] as (typeof office.accounts)[number]
  const browser = await launch()
  return { url: office.url, browser, address: account.address, password: account.password, close: () => browser.close() }
}

/** The built client in front of the in-memory office: for very many messages and for refusals on demand. */
export async function openFakeDesk(extra = 0): Promise<Desk & { fake: FakeJmap }> {
  const fake = new FakeJmap(Date.now(), extra)
  const server = await startFake(dist, fake)
  const browser = await launch()
  return {
    url: server.url,
    browser,
    fake,
    address: 'lin.yating@mingchuan.example',
    password: 'open sesame',
    close: async () => {
      await browser.close()
      await server.stop()
    },
  }
}

interface Look {
  size?: Size
  language?: string
  theme?: 'light' | 'dark'
  prefs?: Record<string, unknown>
  worker?: boolean
}

/** A fresh page; everything the browser refuses or throws is collected in `errors`. */
export async function newPage(desk: Desk, look: Look = {}): Promise<{ page: Page; context: BrowserContext; errors: string[] }> {
  const size = look.size ?? 'desktop'
  const context = await desk.browser.newContext({
    viewport: sizes[size],
    hasTouch: size === 'phone',
    isMobile: size === 'phone',
    colorScheme: look.theme ?? 'light',
    locale: look.language ?? 'en',
    reducedMotion: 'reduce',
    // The worker would answer before page.route is asked; its own tests let it in.
    serviceWorkers: look.worker ? 'allow' : 'block',
  })
  const language = look.language ?? 'en'
  await context.addInitScript(
    (p) => {
      if (!localStorage.getItem('chancery.prefs')) localStorage.setItem('chancery.prefs', p)
    },
    JSON.stringify({ language, ...look.prefs }),
  )
  const page = await context.newPage()
  const errors: string[] = []
  page.on('pageerror', (e) => errors.push(String(e)))
  page.on('console', (m) => m.type() === 'error' && errors.push(m.text()))
  return { page, context, errors }
}

/** Signs in by the form, as a person does, and waits for the list. */
export async function signIn(page: Page, desk: Desk, path = '/'): Promise<void> {
  await page.goto(desk.url + path)
  await page.locator('input[name=address]').fill(desk.address)
  await page.locator('input[name=password]').fill(desk.password)
  await page.locator('button[type=submit]').click()
  await page.locator('[role=row]').first().waitFor().catch(async (e: unknown) => {
    throw new Error(`not signed in; the page says: ${(await page.locator('body').innerText()).slice(0, 500)}`, { cause: e })
  })
}
