import { afterAll, beforeAll, expect, test } from 'vitest'
import { Api } from './api'
import { newPage, openDesk, signIn, type Desk } from './harness'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk(3)
})
afterAll(() => desk.close())

test('settings are a place with an address; Back returns where one was, with the words being written', async () => {
  const { page, context, errors } = await newPage(desk)
  await signIn(page, desk)
  await page.getByRole('row').nth(1).click()
  await page.getByRole('article').waitFor()
  const place = page.url()
  await page.keyboard.press('c')
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByLabel('Subject').fill('Half written')
  await page.locator('nav button[aria-haspopup=menu]').click()
  await page.getByRole('menuitem', { name: 'Settings' }).click()
  await page.getByRole('heading', { level: 1, name: 'General' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/settings')
  await page.getByRole('button', { name: 'Keyboard', exact: true }).click()
  await page.getByRole('switch', { name: 'Single-key shortcuts' }).waitFor()
  expect(new URL(page.url()).pathname).toBe('/settings/keyboard')
  // The room behind takes no keys: `c` would begin a second letter.
  await page.keyboard.press('e')
  await page.goBack()
  await page.getByRole('article').waitFor()
  expect(page.url()).toBe(place)
  expect(await sheet.getByLabel('Subject').inputValue()).toBe('Half written')
  await page.reload()
  await page.goto(`${desk.url}/settings/reading`)
  await page.getByRole('switch', { name: 'Group by conversation' }).waitFor()
  await page.getByRole('button', { name: 'Back', exact: true }).click()
  await page.getByRole('row').first().waitFor()
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})

test('what is chosen just before the page is left is kept by the server', async () => {
  const api = Api.of(desk)
  const kept = async (): Promise<string> => JSON.stringify((await api.call<{ list: { id: string; value: unknown }[] }>('Preference/get', { ids: null })).list.find((p) => p.id === 'ui-conversations')?.value)
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.goto(`${desk.url}/settings/reading`)
  const group = page.getByRole('switch', { name: 'Group by conversation' })
  await group.waitFor()
  await page.waitForTimeout(1000)
  const on = await group.isChecked()
  await group.click()
  await page.goto('about:blank')
  await expect.poll(kept).toBe(JSON.stringify(!on))
  await context.close()
})

test('on a phone the sections come one after the other', async () => {
  const { page, context } = await newPage(desk, { size: 'phone', language: 'vi' })
  await signIn(page, desk)
  await page.goto(`${desk.url}/settings`)
  await page.getByRole('button', { name: 'Bàn phím' }).tap()
  await page.getByRole('heading', { name: 'Bàn phím' }).waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  await page.goBack()
  await page.getByRole('button', { name: 'Đọc thư' }).waitFor()
  await context.close()
})
