import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { Api, until } from './api'
import { findings } from './axe'
import { newPage, type Desk } from './harness'
import { ownOffice, type OwnOffice } from './own-office'

let office: OwnOffice
let desk: Desk
let other: Desk
beforeAll(async () => {
  office = await ownOffice(['ann', 'bob', 'cat'], { NETWORK_PROXIES: '127.0.0.1/32' })
  desk = office.desk('ann')
  other = office.desk('bob')
})
afterAll(() => office.close())

/** Signs in; the inbox of the account may be empty. */
async function signIn(page: Page, d: Desk): Promise<void> {
  await page.goto(d.url)
  await page.locator('input[name=address]').fill(d.address)
  await page.locator('input[name=password]').fill(d.password)
  await page.locator('button[type=submit]').click()
  await page.locator('input[name=password]').waitFor({ state: 'detached' })
}

test('devices are listed and forgotten; a known one is not told of again', async () => {
  const first = await newPage(desk)
  await signIn(first.page, desk)
  const second = await newPage(desk, { size: 'phone', language: 'zh-TW' })
  await signIn(second.page, desk)
  await second.page.evaluate(() => fetch('/auth/sign-out', { method: 'POST' }))
  await signIn(second.page, desk)
  // One letter for the one new device, though it signed in twice.
  const api = Api.of(desk)
  const letters = await until(async () => { const l = await api.find({ subject: 'new device' }); return l.length > 0 && l }, 'the letter is there')
  expect(letters.length).toBe(1)

  await first.page.goto(`${desk.url}/settings/security`)
  const list = first.page.getByRole('region', { name: 'Devices you have used' })
  await list.getByRole('listitem').first().waitFor()
  expect(await list.getByRole('listitem').count()).toBe(2)
  expect(await list.getByRole('listitem').filter({ hasText: 'This one' }).count()).toBe(1)
  expect(await findings(first.page, 'devices')).toEqual([])
  await list.getByRole('button', { name: /^Forget/ }).click()
  await first.page.getByRole('alertdialog').getByRole('button').last().click()
  await first.page.getByText(/is forgotten/).first().waitFor()
  await until(async () => (await list.getByRole('listitem').count()) === 1, 'the device is off the list')
  await second.page.goto(desk.url)
  await second.page.locator('input[name=password]').waitFor()
  await first.context.close()
  await second.context.close()
})

test('the letter about a new device leads to a page that ends the session and locks the account, once', async () => {
  const mine = await newPage(other)
  await signIn(mine.page, other)
  const thief = await newPage(other, { size: 'phone' })
  await signIn(thief.page, other)

  await mine.page.goto(other.url)
  const letter = mine.page.getByRole('row').filter({ hasText: /new device|新裝置|新设备|thiết bị mới|새 기기/ }).first()
  await letter.click()
  const link = mine.page.locator('a[href*="/not-me#"]').first()
  await link.waitFor()
  const href = (await link.getAttribute('href')) ?? ''
  expect(new URL(href).origin).toBe(other.url)

  const asked: string[] = []
  const reader = await newPage(other, { size: 'phone', language: 'ko' })
  reader.page.on('request', (r) => asked.push(`${r.method()} ${r.url()} ${r.headers()['referer'] ?? ''}`))
  await reader.page.goto(href)
  await reader.page.getByRole('heading', { name: '본인이 로그인하지 않았습니까?' }).waitFor()
  expect(await findings(reader.page, 'not me')).toEqual([])
  // The secret is out of the address, and in no request but the one that uses it.
  expect(reader.page.url()).toBe(`${other.url}/not-me`)
  expect(asked.filter((x) => x.includes(new URL(href).hash.slice(1)))).toEqual([])
  // To open the page does nothing: programs that look at links lock nobody out.
  expect(await thief.page.evaluate(() => fetch('/auth/me').then((r) => r.status))).toBe(200)
  await reader.page.getByRole('button', { name: '본인이 아님: 계정 잠금' }).tap()
  await reader.page.getByText('세션이 종료되고 계정이 잠겼습니다.').waitFor()
  expect(await reader.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)

  expect(await thief.page.evaluate(() => fetch('/auth/me').then((r) => r.status))).toBe(401)
  await thief.page.goto(other.url)
  await thief.page.locator('input[name=address]').fill(other.address)
  await thief.page.locator('input[name=password]').fill(other.password)
  await thief.page.locator('button[type=submit]').click()
  await thief.page.getByText('Address or password is not right').waitFor()

  const again = await newPage(other)
  await again.page.goto(href)
  await again.page.getByRole('button', { name: 'It was not me: lock the account' }).click()
  await again.page.getByText('The link was used already').waitFor()

  // Whoever runs the server gives another password: the account is open again, to who knows it.
  office.newPassword(other.address, 'Another long password')
  await signIn(again.page, { ...other, password: 'Another long password' })
  await Promise.all([mine, thief, reader, again].map((x) => x.context.close()))
})

test('a sign-in from a new network, too soon after another, is marked in the list', async () => {
  const cat = office.desk('cat')
  const at = async (peer: string) => {
    const opened = await newPage(cat, { size: 'phone', language: 'zh-CN' })
    await opened.context.setExtraHTTPHeaders({ 'X-Forwarded-For': peer, 'X-Forwarded-Proto': 'https' })
    await signIn(opened.page, cat)
    return opened
  }
  const first = await at('203.0.113.9')
  const { page, context } = await at('198.51.100.7')
  await page.goto(`${office.url}/settings/signins`)
  const rows = page.getByRole('listitem').filter({ has: page.getByRole('time') })
  await rows.first().waitFor()
  expect((await rows.allInnerTexts()).map((x) => x.includes('请确认：新的网络和紧接在另一网络之后'))).toEqual([true, false])
  expect(await findings(page, 'odd sign-ins')).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  await first.context.close()
  await context.close()
})
