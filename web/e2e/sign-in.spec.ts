import { afterAll, beforeAll, expect, test } from 'vitest'
import { newPage, openDesk, signIn, type Desk } from './harness'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk(2)
})
afterAll(() => desk.close())

test('a wrong password is refused in plain words and keeps what was typed', async () => {
  const { page, context } = await newPage(desk)
  await page.goto(desk.url)
  await page.getByLabel('Mail address').fill(desk.address)
  await page.getByLabel('Password').fill('not it')
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByText('Address or password is not right').waitFor()
  expect(await page.getByLabel('Mail address').inputValue()).toBe(desk.address)
  await context.close()
})

test('the language is chosen before signing in, and stays', async () => {
  const { page, context } = await newPage(desk)
  await page.goto(desk.url)
  await page.getByRole('button', { name: 'Tiếng Việt' }).click()
  await page.getByRole('heading', { name: 'Đăng nhập' }).waitFor()
  expect(await page.locator('html').getAttribute('lang')).toBe('vi')
  await signIn(page, desk)
  await page.getByRole('treeitem', { name: /Hộp thư đến/ }).first().waitFor()
  await page.reload()
  await page.getByRole('treeitem', { name: /Hộp thư đến/ }).first().waitFor()
  await context.close()
})

test('signing out closes the office; the address leads back after signing in', async () => {
  const { page, context, errors } = await newPage(desk)
  await signIn(page, desk)
  await page.getByRole('treeitem', { name: /^Sent/ }).first().click()
  const address = page.url()
  await page.getByRole('button', { name: /your menu/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByLabel('Password').waitFor()
  await page.goto(address)
  await page.getByLabel('Password').waitFor()
  await page.getByLabel('Mail address').fill(desk.address)
  await page.getByLabel('Password').fill(desk.password)
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: 'Sent' }).waitFor()
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})

test('theme and density are chosen in the settings and survive a reload', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.getByRole('button', { name: /your menu/ }).click()
  await page.getByRole('menuitem', { name: 'Settings' }).click()
  await page.getByText('Dark', { exact: true }).click()
  await page.getByText('Dense', { exact: true }).click()
  await page.keyboard.press('Escape')
  await page.locator('[role=row]').first().waitFor()
  await page.reload()
  await page.locator('[role=row]').first().waitFor()
  expect(await page.locator('html').evaluate((h) => [h.dataset['theme'], h.dataset['density']])).toEqual(['dark', 'compact'])
  expect((await page.locator('[role=row]').first().boundingBox())?.height).toBe(52)
  await context.close()
})
