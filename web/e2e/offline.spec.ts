import { afterAll, beforeAll, expect, test } from 'vitest'
import { Api, letter, until } from './api'
import { newPage, openDesk, signIn, type Desk } from './harness'

let desk: Desk
let api: Api
let other: Api
let otherAddress = ''
beforeAll(async () => {
  desk = await openDesk(43)
  api = Api.of(desk)
  const to = await openDesk(44)
  other = Api.of(to)
  otherAddress = to.address
  await to.close()
})
afterAll(() => desk.close())

const stored = (page: import('playwright-core').Page): Promise<string> =>
  page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const open = indexedDB.open('chancery-mirror')
        open.onsuccess = () => {
          const db = open.result
          if (!db.objectStoreNames.contains('records')) return resolve('')
          const all = db.transaction('records').objectStore('records').getAll()
          all.onsuccess = () => {
            const text = (all.result as { data: ArrayBuffer }[]).map((r) => new TextDecoder('latin1').decode(r.data)).join('')
            db.close()
            resolve(text)
          }
        }
      }),
  )

test('mail kept in the browser opens without a line; what is written there is sent once when it is back; signing out erases it', async () => {
  const tag = `Kept ${Date.now()}`
  await api.deliver(letter(`${tag} letter`, 'Words that must not lie in plain'))
  const { page, context } = await newPage(desk, { worker: true, prefs: { offline: true } })
  await signIn(page, desk)
  await page.getByRole('row', { name: new RegExp(tag) }).waitFor()
  // The worker has the shell, and the copy has the words.
  await page.evaluate(() => navigator.serviceWorker.ready)
  await until(async () => (await page.evaluate(async () => (await caches.keys()).length)) > 0, 'the shell is kept')
  await until(async () => page.evaluate(async () => { for (const n of await caches.keys()) { const c = await caches.open(n); if (await c.match('/')) return true } return false }), 'the shell is complete', 30_000)
  await until(async () => (await stored(page)).length > 10_000, 'the copy is written', 40_000)
  await page.waitForTimeout(5000)
  expect(await stored(page)).not.toContain('must not lie in plain')
  expect(await stored(page)).not.toContain(tag)

  await context.setOffline(true)
  await page.goto(desk.url)
  await page.getByRole('row', { name: new RegExp(tag) }).waitFor({ timeout: 20_000 })
  await page.getByText('No connection').waitFor()
  await page.getByRole('row', { name: new RegExp(tag) }).click()
  await page.getByRole('article').getByText('must not lie in plain').waitFor()
  // No answer of the API is in the cache.
  const cached = await page.evaluate(async () => {
    const out: string[] = []
    for (const n of await caches.keys()) for (const r of await (await caches.open(n)).keys()) out.push(new URL(r.url).pathname)
    return out
  })
  expect(cached.filter((p) => /^\/(jmap|auth)/.test(p))).toEqual([])

  await page.keyboard.press('c')
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByRole('combobox', { name: 'To' }).fill(otherAddress)
  await page.keyboard.press('Enter')
  await sheet.getByLabel('Subject').fill(`${tag} from the train`)
  await sheet.locator('[data-body]').first().click()
  await page.keyboard.type('Written without a line')
  await sheet.getByRole('button', { name: 'Send', exact: true }).click()
  await page.getByText('will be sent when the connection is back').first().waitFor()
  await page.waitForTimeout(4000)

  // The page is closed and opened again without a line: nothing is lost.
  await page.goto(desk.url)
  await page.getByRole('row').first().waitFor()
  await context.setOffline(false)
  await until(async () => (await other.find({ subject: `${tag} from the train` })).length > 0, 'it arrived', 40_000)
  await page.waitForTimeout(3000)
  expect(await other.find({ subject: `${tag} from the train` })).toHaveLength(1)
  expect(await api.find({ subject: `${tag} from the train`, notKeyword: '$draft' })).toHaveLength(1)
  expect(await api.find({ subject: `${tag} from the train`, hasKeyword: '$draft' })).toHaveLength(0)

  await page.locator('nav button[aria-haspopup=menu]').click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByLabel('Password').waitFor()
  expect(await stored(page)).toBe('')
  await context.close()
}, 180_000)

test('where stream and socket are blocked, a waiting request hears of new mail at once', async () => {
  const subject = `Waited ${Date.now()}`
  const { page, context } = await newPage(desk)
  await page.route('**/jmap/events**', (r) => r.abort())
  const polls: string[] = []
  page.on('request', (r) => r.url().includes('/jmap/poll') && polls.push(r.url()))
  await signIn(page, desk)
  await until(async () => polls.some((p) => /since=\w/.test(p)), 'it waits')
  const begun = Date.now()
  await api.deliver(letter(subject, 'Soon'))
  await page.getByRole('row', { name: new RegExp(subject) }).waitFor({ timeout: 10_000 })
  console.log(`by long poll: ${Date.now() - begun} ms`)
  await context.close()
})

test('on a slow line (300 ms, 1 Mbit) the inbox can be used', async () => {
  const { page, context } = await newPage(desk)
  const cdp = await context.newCDPSession(page)
  await cdp.send('Network.enable')
  await cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 300, downloadThroughput: 125_000, uploadThroughput: 125_000 })
  const begun = Date.now()
  await page.goto(desk.url)
  await page.locator('input[name=password]').waitFor()
  const form = Date.now() - begun
  await signIn(page, desk)
  const first = Date.now()
  await page.reload()
  await page.locator('[role=row][data-row]').first().waitFor()
  const again = Date.now() - first
  const opened = Date.now()
  await page.locator('[role=row]').first().click()
  await page.locator('article section').first().waitFor()
  const open = Date.now() - opened
  const before = await page.locator('[role=row]').count()
  const id = await page.locator('[role=row][data-row]').nth(1).getAttribute('data-row')
  await page.locator(`[data-row="${id}"]`).click()
  await page.keyboard.press('e')
  // Acts do not wait for the line.
  await page.waitForFunction((i) => !document.querySelector(`[data-row="${i}"]`), id, { timeout: 3000 })
  console.log(`slow line: sign-in page ${form} ms, inbox again ${again} ms, open ${open} ms, rows ${before}`)
  expect(before).toBeGreaterThan(3)
  await context.close()
})

test('the session warns before it ends and can be kept', async () => {
  const { page, context } = await newPage(desk)
  await page.route('**/auth/me', async (r) => {
    const res = await r.fetch()
    const me = (await res.json().catch(() => ({}))) as object
    await r.fulfill({ response: res, json: { ...me, ...(res.ok() ? { idleSeconds: 12 } : {}) } })
  })
  await signIn(page, desk)
  const warning = page.getByRole('alertdialog', { name: 'You are about to be signed out' })
  await warning.waitFor({ timeout: 15_000 })
  await warning.getByRole('button', { name: 'Stay signed in' }).click()
  await warning.waitFor({ state: 'detached' })
  await warning.waitFor({ timeout: 15_000 })
  await page.getByLabel('Password').waitFor({ timeout: 15_000 })
  await page.getByText('Your session has ended').waitFor()
  await context.close()
})
