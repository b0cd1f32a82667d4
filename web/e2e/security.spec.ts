import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { findings } from './axe'
import { newPage, openDesk, signIn, type Desk } from './harness'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk(52)
})
afterAll(() => desk.close())

/** The code of an app for a key, by another author's program. */
const code = (secret: string, ahead = 0): string =>
  execFileSync('oathtool', ['--totp', '--base32', '--now', new Date(Date.now() + ahead).toISOString().replace('T', ' ').replace(/\..*/, ' UTC'), secret]).toString().trim()

const password = async (page: Page): Promise<void> => {
  await page.goto(desk.url)
  await page.locator('input[name=address]').fill(desk.address)
  await page.locator('input[name=password]').fill(desk.password)
  await page.locator('button[type=submit]').click()
}

let secret = ''
let codes: string[] = []

test('a second factor is set up, and mail programs get a password of their own', async () => {
  const { page, context, errors } = await newPage(desk)
  await signIn(page, desk)
  await page.goto(`${desk.url}/settings/security`)
  await page.getByRole('button', { name: 'Set up an app for codes' }).click()
  const enrol = page.getByRole('dialog', { name: 'Set up an app for codes' })
  secret = ((await enrol.locator('code').textContent()) ?? '').replaceAll(' ', '')
  expect(await enrol.getByRole('img').evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(100)
  expect(await findings(page, 'enrolment')).toEqual([])
  await enrol.getByLabel('Code').fill('000000')
  await page.keyboard.press('Enter')
  await enrol.getByText('The code is not right').waitFor()
  await enrol.getByLabel('Code').fill(code(secret))
  await page.keyboard.press('Enter')
  const kept = page.getByRole('dialog', { name: 'Recovery codes' })
  await kept.locator('code').first().waitFor()
  codes = await kept.locator('code').allTextContents()
  expect(codes).toHaveLength(10)
  await kept.getByRole('button', { name: 'I have kept it' }).click()
  await page.getByText('mail programs work only with a password made here').waitFor()
  await page.getByLabel('Which program').fill('Thunderbird')
  await page.getByRole('button', { name: 'Make a password' }).click()
  const made = page.getByRole('dialog', { name: 'Password for the program' })
  const app = (await made.locator('code').textContent()) ?? ''
  await made.getByRole('button', { name: 'I have kept it' }).click()
  expect(await findings(page, 'security')).toEqual([])

  const basic = (secret: string): Promise<number> =>
    fetch(`${desk.url}/.well-known/jmap`, { headers: { Authorization: `Basic ${btoa(`${desk.address}:${secret}`)}` } }).then((r) => r.status)
  expect(await basic(app)).toBe(200)
  expect(await basic(desk.password)).toBe(401)
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})

test('after the password the code is asked for', async () => {
  const { page, context } = await newPage(desk)
  await password(page)
  await page.getByLabel('Code').fill('123')
  await page.keyboard.press('Enter')
  await page.getByText('The code is not right').waitFor()
  expect(await findings(page, 'second factor')).toEqual([])
  // The code of the enrolment is used up: the next one is taken.
  await page.getByLabel('Code').fill(code(secret, 30_000))
  await page.keyboard.press('Enter')
  await page.locator('[role=row]').first().waitFor()
  await context.close()
})

test('without the telephone a recovery code lets in; the factor is removed, and the others are signed out', async () => {
  const third = await newPage(desk, { size: 'phone', language: 'vi' })
  await password(third.page)
  await third.page.getByRole('button', { name: 'Dùng mã khôi phục' }).tap()
  await third.page.getByLabel('Mã khôi phục').fill(codes[2] ?? '')
  await third.page.keyboard.press('Enter')
  await third.page.locator('[role=row]').first().waitFor()
  await third.page.goto(`${desk.url}/settings/security`)
  await third.page.getByRole('button', { name: 'Xóa Ứng dụng xác thực' }).or(third.page.getByRole('button', { name: 'Xóa Authenticator app' })).tap()
  const sure = third.page.getByRole('alertdialog')
  await sure.getByRole('button').last().tap()
  await third.page.getByText(/^Đã xóa/).first().waitFor()
  expect(await third.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  // The other two are still signed in; they are sent away together.
  await third.page.getByRole('button', { name: /Đăng xuất \d phiên khác/ }).tap()
  await third.page.getByText(/Đã kết thúc \d phiên/).waitFor()
  await third.context.close()
})

test('the password is changed and changed back; the page keeps its session', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.goto(`${desk.url}/settings/security`)
  const change = async (old: string, next: string, again = next): Promise<void> => {
    await page.getByLabel('Present password').fill(old)
    await page.getByLabel('New password', { exact: true }).fill(next)
    await page.getByLabel('New password again').fill(again)
    await page.getByRole('button', { name: 'Change password' }).click()
  }
  await change('not it', 'A long enough one')
  await page.getByText('The present password is not right').waitFor()
  await change(desk.password, 'short')
  await page.getByText('At least 10 characters.').waitFor()
  await change(desk.password, 'A long enough one', 'A long enough two')
  await page.getByText('The two are not the same').waitFor()
  await change(desk.password, 'A long enough one')
  await expect.poll(() => page.getByLabel('Present password').inputValue()).toBe('')
  await change('A long enough one', desk.password)
  await expect.poll(() => page.getByLabel('Present password').inputValue()).toBe('')
  await page.reload()
  await page.getByLabel('Present password').waitFor()
  await context.close()
})
