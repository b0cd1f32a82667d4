import { mkdirSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { until } from './api'
import { findings } from './axe'
import { newPage, type Desk } from './harness'
import { ownOffice, type OwnOffice } from './own-office'
import { SmsGate } from './sms-gate'

const number = '+886912345678'
const shots = process.env['SHOTS']
let gate: SmsGate
let office: OwnOffice
beforeAll(async () => {
  if (shots) mkdirSync(shots, { recursive: true })
  gate = await SmsGate.open()
  office = await ownOffice(['ann', 'bob', 'chi'], { NETWORK_PROXIES: '127.0.0.1/32', ZONES_VPN_NETWORKS: '10.9.0.0/16', ZONES_VPN_NEEDS: 'two', ZONES_VPN_METHODS: 'totp,sms,recovery', SMS_GATEWAY: 'http', SMS_COUNTRY: '886', SMS_GAP: '1ms', SMS_HTTP_URL: gate.form, SMS_HTTP_SUCCESS: '^0: Accepted', ZONES_INNER_METHODS: 'totp,key,recovery,sms' })
})
afterAll(async () => {
  await office.close()
  gate.close()
})

async function enter(page: Page, d: Desk, password = d.password): Promise<void> {
  await page.goto(d.url)
  await page.locator('input[name=address]').fill(d.address)
  await page.locator('input[name=password]').fill(password)
  await page.locator('button[type=submit]').click()
}

const code = (text: string | undefined): string => /\d{6}/.exec(text ?? '')?.[0] ?? ''
const inside = (page: Page): Promise<void> => page.locator('input[name=code], input[name=password]').first().waitFor({ state: 'detached' })
const fits = (page: Page): Promise<boolean> => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)
const picture = async (page: Page, name: string): Promise<void> => {
  if (shots) await page.screenshot({ path: `${shots}/${name}.png` })
}

/** Registers a telephone in the settings, and has codes sent there. */
async function register(page: Page, d: Desk, typed: string, to: string, w: { title: string; field: string; send: string; confirm: string; use: string; kept: string }): Promise<void> {
  await page.goto(`${d.url}/settings/security`)
  const group = page.getByRole('region', { name: w.title, exact: true })
  await group.getByLabel(w.field).fill(typed)
  await group.getByRole('button', { name: w.send }).click()
  const field = group.locator('input[name=phone-code]')
  await field.waitFor()
  expect(await findings(page, 'telephone')).toEqual([])
  await picture(page, `register-${d.address.split('@')[0] ?? ''}`)
  await field.fill(code(gate.texts(to).at(-1)))
  await group.getByRole('button', { name: w.confirm }).click()
  await group.getByText(to).waitFor()
  await group.getByRole('button', { name: w.use }).click()
  await page.getByRole('button', { name: w.kept }).click()
}

test('a telephone is registered by a code, and codes go there at sign-in', async () => {
  const ann = office.desk('ann')
  const { page, context } = await newPage(ann, { language: 'zh-TW' })
  await enter(page, ann)
  await inside(page)
  await page.goto(`${ann.url}/settings/security`)
  const group = page.getByRole('region', { name: '手機', exact: true })
  await group.getByLabel('手機號碼').fill('02-2345-6789 轉 5')
  await group.getByRole('button', { name: '傳送驗證碼' }).click()
  await group.getByText('此號碼無法接收簡訊').waitFor()
  await register(page, ann, '0912-345-678', number, { title: '手機', field: '手機號碼', send: '傳送驗證碼', confirm: '確認', use: '登入時傳送驗證碼', kept: '我已妥善保存' })
  await group.getByText('登入時，驗證碼將傳送至此號碼。').waitFor()
  await page.getByText('SMS …678').waitFor()
  await picture(page, 'settings-zh')
  await context.close()

  const again = await newPage(ann, { language: 'zh-TW' })
  const before = gate.texts(number).length
  await enter(again.page, ann)
  await again.page.getByText('驗證碼已傳送至號碼 …678 的手機。').waitFor()
  const text = gate.texts(number)[before] ?? ''
  expect(text.split('\n')[1]).toBe(`@localhost #${code(text)}`)
  expect([...text].length).toBeLessThanOrEqual(70)
  const field = again.page.getByLabel('簡訊驗證碼')
  expect(await field.getAttribute('autocomplete')).toBe('one-time-code')
  expect(await again.page.getByRole('button', { name: /秒後可重新傳送/ }).isDisabled()).toBe(true)
  expect(await findings(again.page, 'code by SMS')).toEqual([])
  await picture(again.page, 'step-zh')
  await field.fill('000000')
  await again.page.keyboard.press('Enter')
  await again.page.getByText('驗證碼不正確').waitFor()
  expect(await again.page.evaluate(() => fetch('/auth/me').then((r) => r.status))).toBe(401)
  await field.fill(code(text))
  await again.page.keyboard.press('Enter')
  await inside(again.page)
  expect(await again.page.evaluate(() => fetch('/auth/me').then((r) => r.status))).toBe(200)
  // The device was not known: the telephone is told, with the link that locks.
  expect(await until(() => Promise.resolve(gate.texts(number).find((x) => /\/not-me#/.test(x))), 'the notice is there')).toContain('Not you?')
  await again.context.close()
})

test('while messages are delayed the step says so, and another way is open', async () => {
  const bob = office.desk('bob')
  const to = '+886987654321'
  const { page, context } = await newPage(bob, { size: 'phone', language: 'vi', theme: 'dark', prefs: { theme: 'dark' } })
  await enter(page, bob)
  await inside(page)
  await register(page, bob, '0987 654 321', to, { title: 'Điện thoại', field: 'Số điện thoại', send: 'Gửi mã', confirm: 'Xác nhận', use: 'Gửi mã đến đây khi tôi đăng nhập', kept: 'Tôi đã lưu' })
  await context.close()

  const late = await newPage(bob, { size: 'phone', language: 'vi', theme: 'dark', prefs: { theme: 'dark' } })
  const before = gate.texts(to).length
  gate.down = true
  await enter(late.page, bob)
  await late.page.getByText('Mã qua tin nhắn hiện đang bị chậm.').waitFor()
  await late.page.getByRole('button', { name: 'Dùng mã khôi phục' }).waitFor()
  expect(await findings(late.page, 'delayed')).toEqual([])
  expect(await fits(late.page)).toBe(true)
  await picture(late.page, 'late-vi-phone')
  gate.down = false
  // It comes by itself when the provider is back.
  const text = await until(() => Promise.resolve(gate.texts(to)[before]), 'the code comes after all', 20_000)
  await late.page.getByLabel('Mã trong tin nhắn').fill(code(text))
  await late.page.keyboard.press('Enter')
  await inside(late.page)
  await late.context.close()
})

test('who forgot the password gets the link on the telephone', async () => {
  const ann = office.desk('ann')
  const { page, context } = await newPage(ann, { size: 'phone', language: 'ko' })
  await page.goto(ann.url)
  await page.getByRole('button', { name: '로그인할 수 없습니까?' }).tap()
  await page.getByLabel('이메일 주소').fill(ann.address)
  await page.getByRole('button', { name: '링크 받기' }).tap()
  await page.getByText('보조 주소나 휴대전화가 있으면').waitFor()
  const link = await until(() => Promise.resolve(gate.texts(number).map((x) => /http:\/\/localhost:\S+\/reset#\S+/.exec(x)?.[0]).find(Boolean)), 'the link is there')
  await page.goto(link)
  await page.locator('input[name=new-password]').fill('Mine and nobody else knows it')
  await page.locator('input[name=new-password-again]').fill('Mine and nobody else knows it')
  await page.keyboard.press('Enter')
  await page.locator('input[name=new-password]').waitFor({ state: 'detached' })
  await enter(page, ann, 'Mine and nobody else knows it')
  await page.getByText(/…678/).waitFor() // the second factor stays
  await context.close()
})

test('where a second factor is asked for and none is there, the telephone becomes one', async () => {
  const chi = office.desk('chi')
  const to = '+886955555555'
  const { page, context } = await newPage(chi, { size: 'phone', language: 'zh-TW' })
  await context.setExtraHTTPHeaders({ 'X-Forwarded-For': '10.9.0.7', 'X-Forwarded-Proto': 'https' })
  await enter(page, chi)
  await page.getByRole('button', { name: '使用簡訊驗證碼' }).tap()
  await page.getByLabel('手機號碼').fill('+1 900 555 1234')
  await page.keyboard.press('Enter')
  await page.getByText('此號碼無法接收簡訊').waitFor()
  expect(await findings(page, 'number of the first factor')).toEqual([])
  expect(await fits(page)).toBe(true)
  await picture(page, 'enrol-zh-phone')
  await page.getByLabel('手機號碼').fill('0955-555-555')
  await page.getByRole('button', { name: '傳送驗證碼' }).tap()
  await page.getByText('驗證碼已傳送至號碼 …555 的手機。').waitFor()
  await page.getByLabel('簡訊驗證碼').fill('000000')
  await page.keyboard.press('Enter')
  await page.getByText('驗證碼不正確').waitFor()
  expect(await page.evaluate(() => fetch('/auth/me').then((r) => r.status))).toBe(401)
  await page.getByLabel('簡訊驗證碼').fill(code(gate.texts(to).at(-1)))
  await page.keyboard.press('Enter')
  await page.getByRole('button', { name: '我已妥善保存' }).tap()
  await page.getByRole('button', { name: '我已妥善保存' }).waitFor({ state: 'detached' })
  expect(await page.evaluate(() => fetch('/auth/me').then((r) => r.status))).toBe(200)
  await context.close()
})
