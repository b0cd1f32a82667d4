import { afterAll, beforeAll, expect, test } from 'vitest'
import { Api, letter, until } from './api'
import { newPage, openDesk, signIn, type Desk } from './harness'

let desk: Desk
let api: Api
beforeAll(async () => {
  desk = await openDesk(61)
  api = Api.of(desk)
})
afterAll(() => desk.close())

test('without a line one can read on, and what came meanwhile shows when it is back', async () => {
  const subject = `Line ${Date.now()}`
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.getByRole('row').first().click()
  await page.getByRole('article').waitFor()
  await context.setOffline(true)
  await page.getByText('No connection').waitFor()
  expect(await page.getByRole('article').isVisible()).toBe(true)
  await api.deliver(letter(subject, 'Meanwhile'))
  await context.setOffline(false)
  await page.getByRole('row', { name: new RegExp(subject) }).waitFor()
  await until(async () => !(await page.getByText('No connection').isVisible()), 'the banner is gone')
  await context.close()
})

test('where the stream is blocked the client asks by itself', async () => {
  const subject = `Polled ${Date.now()}`
  const { page, context } = await newPage(desk)
  await page.route('**/jmap/events**', (r) => r.abort())
  await signIn(page, desk)
  await api.deliver(letter(subject, 'By asking'))
  await page.getByRole('row', { name: new RegExp(subject) }).waitFor({ timeout: 40_000 })
  await context.close()
})

test('words written when the session ends are there after signing in again', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.keyboard.press('c')
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByLabel('Subject').waitFor()
  // Written first: anything the client asks for may be what finds the session ended.
  await sheet.getByLabel('Subject').fill('Nearly lost')
  await context.clearCookies()
  await page.getByText('Your session has ended').waitFor()
  await page.getByLabel('Mail address').fill(desk.address)
  await page.getByLabel('Password').fill(desk.password)
  await page.keyboard.press('Enter')
  await sheet.waitFor()
  expect(await sheet.getByLabel('Subject').inputValue()).toBe('Nearly lost')
  await context.close()
})
