import { fileURLToPath } from 'node:url'
import { chromium, type Browser, type BrowserContext, type Locator, type Page, type Request } from 'playwright-core'
import { afterEach, inject } from 'vitest'
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

export async function launch(): Promise<Browser> {
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
  watch(page, errors)
  patient(page)
  return { page, context, errors }
}

/** How long a page may take to load before it is asked for once more (ms); the slowest line of the tests takes 6 s. */
const LOAD = 15_000

/**
 * A new browser context at times sends its first requests and hears of none of
 * them, while the server answers another browser's in milliseconds. It is asked
 * once more then, and says so; a server that does not answer fails the second time.
 */
function patient(page: Page): void {
  const goto = page.goto.bind(page)
  page.goto = async (url, options) => {
    try {
      return await goto(url, { timeout: LOAD, ...options })
    } catch (e) {
      if (!String(e).includes('Timeout')) throw e
      console.error(`loaded nothing in ${LOAD} ms, asked again: ${url}`)
      return goto(url, options)
    }
  }
}

const open = new Map<Page, { errors: string[]; unanswered: Map<Request, number> }>()

function watch(page: Page, errors: string[]): void {
  const unanswered = new Map<Request, number>()
  open.set(page, { errors, unanswered })
  page.on('request', (r) => unanswered.set(r, Date.now()))
  page.on('requestfinished', (r) => unanswered.delete(r))
  page.on('requestfailed', (r) => unanswered.delete(r))
  page.on('close', () => open.delete(page))
}

// A test that failed says what its pages show and what they still wait for: a stall cannot be asked later.
afterEach(async ({ task }) => {
  if (task.result?.state !== 'fail') return
  for (const [page, { errors, unanswered }] of open) {
    const text = await page.locator('body').innerText({ timeout: 2000 }).catch((e: unknown) => `nothing (${String(e)})`)
    const waits = [...unanswered].map(([r, at]) => `${r.method()} ${r.url()} for ${Date.now() - at} ms`)
    console.error([`failed: ${task.name}`, `page ${page.url()} shows: ${text.slice(0, 800)}`, `unanswered: ${waits.join('; ') || 'none'}`, `said: ${errors.slice(-5).join('; ') || 'nothing'}`].join('\n  '))
  }
})

/** Types a day, or a day and its hour (2027-03-02T14:00), into the field of a name, part by part; '' empties it. */
export async function fillDay(scope: Page | Locator, label: string, value: string): Promise<void> {
  const field = scope.getByRole('group', { name: label, exact: true })
  const parts = value.split(/[-T:]/)
  await field.getByRole('spinbutton').first().waitFor()
  for (const [i, name] of ['year', 'month', 'day', 'hour', 'minute'].entries()) {
    const part = field.getByRole('spinbutton', { name: new RegExp(`^${name}, `) })
    if ((await part.count()) === 0) continue
    await part.focus()
    for (const key of parts[i] || ['Backspace', 'Backspace', 'Backspace', 'Backspace']) await part.press(key)
  }
}

/** What stands in such a field, as it is shown in English. */
export async function dayShown(scope: Page | Locator, label: string): Promise<string> {
  const parts = await scope.getByRole('group', { name: label, exact: true }).locator('[data-type]').allInnerTexts()
  return parts.join('').replace(/[\s\u2066-\u2069]/g, '')
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
