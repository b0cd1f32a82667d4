import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Api, letter, until } from './api'
import { newPage, openDesk, signIn, type Desk } from './harness'

let desk: Desk
let api: Api
let other: Api
let otherAddress = ''
beforeAll(async () => {
  desk = await openDesk(54)
  api = Api.of(desk)
  const to = await openDesk(55)
  other = Api.of(to)
  otherAddress = to.address
  await to.close()
})
afterAll(() => desk.close())

async function slow(page: Page): Promise<void> {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Network.enable')
  await cdp.send('Network.emulateNetworkConditions', { offline: false, latency: 300, downloadThroughput: 125_000, uploadThroughput: 125_000 })
}

async function write(page: Page, subject: string): Promise<ReturnType<Page['getByRole']>> {
  await page.keyboard.press('c')
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByRole('combobox', { name: 'To' }).fill(otherAddress)
  await page.keyboard.press('Enter')
  await sheet.getByLabel('Subject').fill(subject)
  await sheet.locator('[data-body]').first().click()
  await page.keyboard.type('By a slow line')
  return sheet
}

const arrived = (subject: string): Promise<number> => other.find({ subject }).then((l) => l.length)

test('at 300 ms and 1 Mbit one reads, writes, attaches and sends, sees how far it is, and sends once', async () => {
  const tag = `Slow ${Date.now()}`
  await api.deliver(letter(`${tag} read`, 'Words to read'))
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await slow(page)
  await page.getByRole('row', { name: new RegExp(`${tag} read`) }).click()
  // That something is on its way shows at once, then the words.
  await page.getByRole('article').waitFor({ timeout: 1000 })
  await page.getByRole('article').getByText('Words to read').waitFor({ timeout: 5000 })

  const sheet = await write(page, tag)
  await sheet.locator('input[type=file]').first().setInputFiles({ name: 'plan.bin', mimeType: 'application/octet-stream', buffer: Buffer.alloc(400_000, 7) })
  const bar = sheet.getByRole('progressbar')
  await bar.waitFor({ timeout: 2000 })
  const seen = new Set<string>()
  for (let i = 0; i < 100 && (await bar.count()) > 0; i++) {
    seen.add((await bar.first().getAttribute('aria-valuenow').catch(() => null)) ?? (await bar.first().evaluate((e) => String((e as HTMLProgressElement).value)).catch(() => '')))
    await page.waitForTimeout(100)
  }
  expect(seen.size, 'the bar moves').toBeGreaterThan(2)
  await sheet.getByText('Saved').waitFor({ timeout: 15_000 })

  // An impatient person presses twice, and the keys as well.
  const begun = Date.now()
  const send = sheet.getByRole('button', { name: 'Send', exact: true })
  await send.dblclick({ noWaitAfter: true })
  await page.keyboard.press('Control+Enter')
  await sheet.waitFor({ state: 'detached', timeout: 15_000 })
  console.log(`slow line: sent after ${Date.now() - begun} ms, bar at ${seen.size} places`)
  await until(async () => (await arrived(tag)) > 0, 'it arrived', 40_000)
  await page.waitForTimeout(3000)
  expect(await arrived(tag)).toBe(1)
  await context.close()
}, 120_000)

test('an answer that is lost on the way sends nothing twice', async () => {
  const subject = `Lost ${Date.now()}`
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  let lost = 0
  await page.route('**/jmap/api', async (r) => {
    if (lost > 0 || !r.request().postData()?.includes('"EmailSubmission/set"')) return r.continue()
    lost++
    await r.fetch() // the server has it
    await r.abort('connectionreset')
  })
  const sheet = await write(page, subject)
  await sheet.getByRole('button', { name: 'Send', exact: true }).click()
  await sheet.getByRole('alert').or(sheet.getByText('still here')).first().waitFor()
  expect(lost).toBe(1)
  await sheet.getByRole('button', { name: 'Send', exact: true }).click()
  await sheet.waitFor({ state: 'detached' })
  await until(async () => (await arrived(subject)) > 0, 'it arrived', 40_000)
  await page.waitForTimeout(12_000) // what was held to be called back has gone out too
  expect(await arrived(subject)).toBe(1)
  expect(await api.find({ subject, hasKeyword: '$draft' })).toHaveLength(0)
  await context.close()
}, 120_000)
