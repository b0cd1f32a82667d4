import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Api, letter, until } from './api'
import { newPage, openDesk, signIn, type Desk } from './harness'
import { violations } from './violations'

let run = 0
let desk: Desk
let other: Desk
beforeAll(async () => {
  desk = await openDesk(62)
  other = await openDesk(1)
})
beforeEach(() => {
  run = Date.now() // a second try must not find the letters of the first
})
afterAll(async () => {
  await desk.close()
  await other.close()
})

test('a receipt is asked for, sent by choice, and shown at the letter', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.keyboard.press('c')
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByLabel('To', { exact: true }).fill(other.address)
  await page.keyboard.press('Enter')
  await sheet.getByLabel('Subject').fill(`Receipt ${run}`)
  await sheet.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Ask for a read receipt' }).click()
  await sheet.getByRole('button', { name: 'Send', exact: true }).click()
  await sheet.waitFor({ state: 'detached' })

  const theirs = Api.of(other)
  await until(async () => (await theirs.find({ subject: `Receipt ${run}` })).length > 0, 'it has arrived', 25_000)
  const reader = await newPage(other)
  await signIn(reader.page, other)
  await reader.page.getByRole('row', { name: new RegExp(`Receipt ${run}`) }).click()
  await reader.page.getByText(/asks for a read receipt/).waitFor()
  expect(await violations(reader.page, 'article')).toEqual([])
  await reader.page.getByRole('button', { name: 'Send receipt' }).click()
  await reader.page.getByText('Read receipt sent').waitFor()
  await reader.page.getByText(/asks for a read receipt/).waitFor({ state: 'detached' })
  await reader.context.close()

  await page.getByRole('treeitem', { name: /^Sent/ }).first().click()
  await page.getByRole('row', { name: new RegExp(`Receipt ${run}`) }).click()
  await page.getByText(/^Read by /).waitFor()
  await context.close()
})

test('a receipt is declined once for every device', async () => {
  const api = Api.of(other)
  const id = await api.deliver(letter(`Nosy ${run}`, 'x', { 'Disposition-Notification-To': 'visitor@outside.example' }))
  const { page, context } = await newPage(other, { size: 'phone', language: 'vi' })
  await signIn(page, other)
  await page.getByRole('row', { name: new RegExp(`Nosy ${run}`) }).tap()
  await page.getByText(/yêu cầu xác nhận đã đọc/).waitFor()
  await page.getByRole('button', { name: 'Không gửi', exact: true }).tap()
  await until(async () => (await api.find({ subject: `Nosy ${run}` })).some((e) => e.id === id && e.keywords['$mdnsent']), 'it is noted')
  await page.getByText(/yêu cầu xác nhận đã đọc/).waitFor({ state: 'detached' })
  await context.close()
})
