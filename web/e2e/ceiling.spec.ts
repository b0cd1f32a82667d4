import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Api, letter, until } from './api'
import { kept, names, shellKept } from './away'
import { newPage } from './harness'
import { ownOffice, type OwnOffice } from './own-office'

// What somebody may see is lowered while their client is open, keeps mail and
// reads the letter that is above it from then on.
let office: OwnOffice
beforeAll(async () => {
  office = await ownOffice(['ann', 'eve'], { SECRECY_LADDER: 'INT' })
})
afterAll(() => office.close())

const clear = (name: string, level: string): void => void office.run(['account', 'clear', `${name}@city.example`, level])

async function enter(page: Page, name: string): Promise<void> {
  const desk = office.desk(name)
  await page.goto(office.url)
  await page.locator('input[name=address]').fill(desk.address)
  await page.locator('input[name=password]').fill(desk.password)
  await page.locator('button[type=submit]').click()
  await page.locator('input[name=password]').waitFor({ state: 'detached' })
}

const secret = 'Harbour of the submarines'
const plain = 'Menu of the week'

/** The words of the secret letter, in a frame of their own. */
const body = (page: Page): Locator => page.frameLocator('article iframe').getByText(`Tides and depths of ${secret}`)

/** Two letters for eve, one of them secret; what she may see is up to it. */
async function letters(): Promise<{ api: Api; id: string }> {
  for (const name of ['ann', 'eve']) clear(name, 'secret')
  const { page, context } = await newPage(office.desk('ann'))
  await enter(page, 'ann')
  for (const [subject, level] of [[plain, 'internal'], [secret, 'secret']] as const) {
    await page.getByRole('button', { name: 'New message' }).click()
    const sheet = page.getByRole('dialog', { name: 'New message' })
    await sheet.getByLabel('To', { exact: true }).fill('eve@city.example,')
    await sheet.getByLabel('Subject').fill(subject)
    await sheet.locator('[data-body]').fill(`Tides and depths of ${subject}`)
    await sheet.getByLabel('Level of secrecy').selectOption(level)
    await sheet.getByRole('button', { name: 'Send', exact: true }).click()
    await sheet.waitFor({ state: 'detached' })
  }
  await context.close()
  const api = Api.of(office.desk('eve'))
  const id = await until(async () => (await api.find({ subject: secret }))[0]?.id, 'the letter arrived', 30_000)
  return { api, id }
}

test('a letter above a lowered clearance goes from list, reading, search, print and copies', async () => {
  const { id, api } = await letters()
  const { page, context } = await newPage(office.desk('eve'), { worker: true, prefs: { offline: true } })
  await enter(page, 'eve')
  await shellKept(page)
  const row = page.getByRole('row', { name: new RegExp(secret) })
  await row.click({ timeout: 30_000 })
  await body(page).waitFor()
  await kept(page, `email/${id}`)
  const address = page.url()

  clear('eve', 'internal')
  await api.deliver(letter('Something else', 'x')) // the next time that the client hears of anything
  await row.waitFor({ state: 'detached', timeout: 30_000 })
  await page.getByRole('row', { name: new RegExp(plain) }).waitFor()
  await until(async () => (await body(page).count()) === 0, 'the open letter is gone')
  await until(async () => (await names(page)).every((n) => !n.includes(id)), 'no copy of it is kept', 30_000)

  // Neither its address, with what stands there to print, nor a search leads to it.
  await page.getByRole('searchbox').first().fill('submarines')
  await page.keyboard.press('Enter')
  await page.getByText(/Nothing|No letters|no results/i).first().waitFor({ timeout: 20_000 })
  expect(await page.getByText(secret).count()).toBe(0)
  await page.goto(address)
  await page.getByRole('row', { name: new RegExp(plain) }).waitFor({ timeout: 20_000 })
  await page.waitForTimeout(2000)
  expect(await page.getByText(secret).count() + (await body(page).count())).toBe(0)
  expect(await page.getByRole('button', { name: /More about the message/ }).count()).toBe(0)

  // Nor is it there without a line.
  await context.setOffline(true)
  await page.goto(office.url)
  await page.getByRole('row', { name: new RegExp(plain) }).waitFor({ timeout: 20_000 })
  expect(await page.getByText(secret).count()).toBe(0)
  expect((await names(page)).filter((n) => n.includes(id))).toEqual([])
  await context.close()
}, 240_000)
