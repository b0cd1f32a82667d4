import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Api, letter, until } from './api'
import { kept, names, shellKept, stored } from './away'
import { newPage, openDesk, signIn, type Desk } from './harness'

let desk: Desk
let other: Api
let otherAddress = ''
beforeAll(async () => {
  desk = await openDesk(50)
  const to = await openDesk(51)
  other = Api.of(to)
  otherAddress = to.address
  await to.close()
})
afterAll(() => desk.close())

/** A page that keeps mail, with everything of it in place. */
async function away(): Promise<{ page: Page; context: BrowserContext }> {
  const { page, context } = await newPage(desk, { worker: true, prefs: { offline: true } })
  await signIn(page, desk)
  await shellKept(page)
  await kept(page, 'email/', 'front')
  await page.waitForTimeout(4000)
  return { page, context }
}

async function write(page: Page, subject: string): Promise<void> {
  await page.getByRole('row').first().waitFor({ timeout: 20_000 })
  await page.keyboard.press('c')
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByRole('combobox', { name: 'To' }).fill(otherAddress)
  await page.keyboard.press('Enter')
  await sheet.getByLabel('Subject').fill(subject)
  await sheet.locator('[data-body]').first().click()
  await page.keyboard.type('Words of the person')
  await sheet.getByRole('button', { name: 'Send', exact: true }).click()
  await page.getByText('will be sent when the connection is back').first().waitFor()
}

const arrived = async (subject: string): Promise<number> => (await other.find({ subject })).length

/** Says how long a session may stand unused, as the server would. */
async function idleAfter(page: Page, seconds: number): Promise<void> {
  await page.route('**/auth/me', async (r) => {
    const res = await r.fetch()
    const me = (await res.json().catch(() => ({}))) as object
    await r.fulfill({ response: res, json: { ...me, ...(res.ok() ? { idleSeconds: seconds } : {}) } })
  })
}

test('a session that ends by not being used takes everything with it', async () => {
  // Without the worker, whose requests cannot be told what to answer.
  const { page, context } = await newPage(desk, { prefs: { offline: true } })
  await idleAfter(page, 30)
  await signIn(page, desk)
  await kept(page, 'email/', 'front')
  await page.getByText('Your session has ended').waitFor({ timeout: 60_000 })
  await until(async () => (await names(page)).length === 0, 'everything is gone')
  await page.waitForTimeout(4000)
  expect(await names(page)).toEqual([])
  await context.close()
}, 120_000)

test('where the office forbids it, what was kept is erased and nothing is kept', async () => {
  const { page, context } = await newPage(desk, { prefs: { offline: true } })
  await signIn(page, desk)
  await kept(page, 'email/', 'front')
  await page.route('**/auth/me', async (r) => {
    const res = await r.fetch()
    await r.fulfill({ response: res, json: { ...((await res.json()) as object), offline: false } })
  })
  await page.goto(`${desk.url}/settings/device`)
  await page.getByText('Your office does not allow mail to be kept').waitFor()
  await page.waitForTimeout(4000)
  expect(await names(page)).toEqual([])
  await context.close()
})

test('a session ended at the server leaves nothing to read; words not sent stay sealed for the same person and go out once', async () => {
  const subject = `Ended ${Date.now()}`
  const { page, context } = await away()
  await context.setOffline(true)
  await page.goto(desk.url)
  await write(page, subject)
  await until(async () => (await names(page)).includes('outbox'), 'it is kept')
  await context.clearCookies() // what a session ended at the server comes to
  await context.setOffline(false)
  await page.getByText('Your session has ended').waitFor({ timeout: 30_000 })
  await until(async () => (await names(page)).join() === 'unsent', 'only the unsent words are left')
  expect(await stored(page)).not.toContain('Words of the person')
  expect(await arrived(subject)).toBe(0)

  // Without a line nobody gets in by what is left.
  await context.setOffline(true)
  await page.goto(desk.url)
  await page.getByText('Inbox').waitFor({ timeout: 4000 }).then(() => expect.fail('mail is shown to nobody'), () => {})
  await context.setOffline(false)
  await signIn(page, desk)
  await until(async () => (await arrived(subject)) > 0, 'it was sent', 30_000)
  await page.waitForTimeout(3000)
  expect(await arrived(subject)).toBe(1)
  await context.close()
}, 180_000)

test('what was left is not for another person', async () => {
  const subject = `Other ${Date.now()}`
  const { page, context } = await away()
  await context.setOffline(true)
  await page.goto(desk.url)
  await write(page, subject)
  await context.clearCookies()
  await context.setOffline(false)
  await until(async () => (await names(page)).join() === 'unsent', 'only the unsent words are left', 30_000)
  const next = await openDesk(53)
  await signIn(page, { ...next, browser: desk.browser })
  await kept(page, 'front')
  await page.waitForTimeout(3000)
  expect(await names(page)).not.toContain('unsent')
  expect(await arrived(subject)).toBe(0)
  await next.close()
  await context.close()
}, 180_000)

test('two tabs without a line lose nothing of each other, and signing out in one ends the other', async () => {
  const tag = `Tabs ${Date.now()}`
  const { page, context } = await away()
  const second = await context.newPage()
  await second.goto(desk.url)
  await second.getByRole('row').first().waitFor()
  await context.setOffline(true)
  await write(page, `${tag} one`)
  await write(second, `${tag} two`)
  await page.waitForTimeout(1000)
  // The tab that wrote the second is closed before the line is back.
  await second.close()
  const third = await context.newPage()
  await third.goto(desk.url)
  await third.getByRole('row').first().waitFor({ timeout: 20_000 })
  await context.setOffline(false)
  for (const n of ['one', 'two']) await until(async () => (await arrived(`${tag} ${n}`)) > 0, `${n} was sent`, 40_000)
  await page.waitForTimeout(3000)
  for (const n of ['one', 'two']) expect(await arrived(`${tag} ${n}`)).toBe(1)

  await page.bringToFront()
  await page.locator('nav button[aria-haspopup=menu]').click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.locator('input[name=password]').waitFor()
  await third.locator('input[name=password]').waitFor()
  await page.waitForTimeout(4000)
  expect(await names(page)).toEqual([])
  await context.close()
}, 240_000)

test('a crash in the middle of writing loses nothing that was said to be kept', async () => {
  const subject = `Crash ${Date.now()}`
  const { page, context } = await away()
  await context.setOffline(true)
  await page.goto(desk.url)
  await write(page, subject)
  // The process of the page ends, without so much as a pagehide.
  const cdp = await context.newCDPSession(page)
  void cdp.send('Page.crash').catch(() => {})
  await page.waitForEvent('crash')
  await page.close()
  const again = await context.newPage()
  await again.goto(desk.url)
  await again.getByRole('row').first().waitFor({ timeout: 20_000 })
  await context.setOffline(false)
  await until(async () => (await arrived(subject)) > 0, 'it was sent', 40_000)
  await again.waitForTimeout(3000)
  expect(await arrived(subject)).toBe(1)
  await context.close()
}, 180_000)

test('where the browser has no room, files give way to words, and it is said', async () => {
  const subject = `Full ${Date.now()}`
  const file = 'A'.repeat(1_500_000).replace(/.{76}/g, '$&\n')
  await Api.of(desk).deliver(letter(`${subject} file`, `--b\nContent-Type: text/plain\n\nx\n--b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename="f.bin"\nContent-Transfer-Encoding: base64\n\n${file}\n--b--`, { 'Content-Type': 'multipart/mixed; boundary=b' }))
  const { page, context } = await away()
  await kept(page, 'file/')
  await context.setOffline(true)
  // As a browser without room answers, until something is taken away.
  await page.evaluate(() => {
    const { put, delete: remove } = IDBObjectStore.prototype
    let full = true
    IDBObjectStore.prototype.put = function (...args) {
      if (full && this.name === 'records') throw new DOMException('no room', 'QuotaExceededError')
      return put.apply(this, args)
    }
    IDBObjectStore.prototype.delete = function (name) {
      if (String(name).startsWith('file/')) full = false
      return remove.call(this, name)
    }
  })
  await page.getByRole('row').first().click()
  await page.getByRole('article').waitFor()
  await page.keyboard.press('Escape')
  await page.keyboard.press('c')
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByRole('combobox', { name: 'To' }).fill(otherAddress)
  await page.keyboard.press('Enter')
  await sheet.getByLabel('Subject').fill(subject)
  // The draft is saved first, and there it is noticed.
  await page.getByText('This browser has no room left').first().waitFor({ timeout: 20_000 })
  await sheet.getByRole('button', { name: 'Send', exact: true }).click()
  await page.getByText('will be sent when the connection is back').first().waitFor()
  await until(async () => (await names(page)).every((n) => !n.startsWith('file/')), 'the files gave way')
  // What was written found its place, and is there after a restart.
  await until(async () => (await names(page)).includes('outbox'), 'the outbox is kept')
  await page.goto(desk.url)
  await page.getByRole('row').first().waitFor({ timeout: 20_000 })
  await context.setOffline(false)
  await until(async () => (await arrived(subject)) > 0, 'it was sent', 40_000)
  await context.close()
}, 180_000)
