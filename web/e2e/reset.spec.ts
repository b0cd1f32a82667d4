import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { until } from './api'
import { findings } from './axe'
import { newPage, type Desk } from './harness'
import { MailSink } from './mail-sink'
import { ownOffice, type OwnOffice } from './own-office'

const elsewhere = 'ann.at.home@elsewhere.example'
const mine = 'Mine and nobody else knows it'
let sink: MailSink
let office: OwnOffice
beforeAll(async () => {
  sink = await MailSink.open()
  office = await ownOffice(['ann'], { QUEUE_SMARTHOST: sink.address, QUEUE_SMARTHOST_TLS: 'none' })
})
afterAll(async () => {
  await office.close()
  sink.close()
})

async function enter(page: Page, d: Desk, password: string): Promise<void> {
  await page.goto(d.url)
  await page.locator('input[name=address]').fill(d.address)
  await page.locator('input[name=password]').fill(password)
  await page.locator('button[type=submit]').click()
}

const fits = (page: Page): Promise<boolean> => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)

test('a second address is registered by a code that is sent there', async () => {
  const ann = office.desk('ann')
  const { page, context } = await newPage(ann)
  await enter(page, ann, ann.password)
  await page.locator('input[name=password]').waitFor({ state: 'detached' })
  await page.goto(`${ann.url}/settings/security`)
  const group = page.getByRole('region', { name: 'Second address' })
  await group.getByLabel('Email address elsewhere').fill(ann.address)
  await group.getByRole('button', { name: 'Send code' }).click()
  await group.getByText('That address leads to this mailbox itself.').waitFor()
  await group.getByLabel('Email address elsewhere').fill(elsewhere)
  await group.getByRole('button', { name: 'Send code' }).click()
  const field = group.getByLabel(`Code that was sent to ${elsewhere}`)
  await field.waitFor()
  expect(await findings(page, 'second address')).toEqual([])
  const text = await until(() => Promise.resolve(sink.newest(elsewhere)), 'the code is there')
  await field.fill('000000x')
  await group.getByRole('button', { name: 'Confirm' }).click()
  await group.getByText('The code is not right').waitFor()
  await field.fill(/^\d{6}/.exec(text)?.[0] ?? '')
  await group.getByRole('button', { name: 'Confirm' }).click()
  await page.getByText('The second address is registered').waitFor()
  await group.getByRole('listitem').getByText(elsewhere).waitFor()
  await context.close()
})

test('who forgot the password chooses another one by the link, once', async () => {
  const ann = office.desk('ann')
  const { page, context } = await newPage(ann, { size: 'phone', language: 'zh-TW' })
  const asked: string[] = []
  page.on('request', (r) => asked.push(`${r.method()} ${r.url()} ${r.headers()['referer'] ?? ''}`))
  await page.goto(ann.url)
  await page.getByRole('button', { name: '無法登入？' }).tap()
  await page.getByLabel('電子郵件地址').fill(ann.address)
  expect(await findings(page, 'help')).toEqual([])
  expect(await fits(page)).toBe(true)
  await page.getByRole('button', { name: '寄送連結' }).tap()
  await page.getByText('連結已寄至該處').waitFor()
  const link = await until(() => Promise.resolve(/http:\/\/localhost:\S+\/reset#\S+/.exec(sink.newest(elsewhere) ?? '')?.[0]), 'the link is there')

  await page.goto(link)
  await page.getByRole('heading', { name: '設定新密碼' }).waitFor()
  // The secret is out of the address, and in no request.
  expect(page.url()).toBe(`${ann.url}/reset`)
  expect(asked.filter((x) => x.includes(new URL(link).hash.slice(1)))).toEqual([])
  expect(await findings(page, 'reset')).toEqual([])
  expect(await fits(page)).toBe(true)
  const [next, again] = [page.getByLabel('新密碼', { exact: true }), page.getByLabel('再次輸入新密碼')]
  await next.fill('short')
  await again.fill('short')
  await page.keyboard.press('Enter')
  await page.getByText('不可使用此密碼').waitFor()
  await next.fill(mine)
  await again.fill(mine)
  await page.getByRole('button', { name: '設定密碼', exact: true }).tap()
  await page.getByText('密碼已變更').waitFor()
  await page.getByRole('button', { name: '前往登入頁' }).tap()
  await page.locator('input[name=address]').fill(ann.address)
  await page.locator('input[name=password]').fill(mine)
  await page.locator('button[type=submit]').tap()
  await page.locator('input[name=password]').waitFor({ state: 'detached' })
  await context.close()

  const late = await newPage(ann, { language: 'vi' })
  await late.page.goto(link)
  await late.page.getByLabel('Mật khẩu mới', { exact: true }).fill('Another long password')
  await late.page.getByLabel('Nhập lại mật khẩu mới').fill('Another long password')
  await late.page.keyboard.press('Enter')
  await late.page.getByText('Liên kết đã được dùng hoặc đã quá hạn.').waitFor()
  await late.context.close()
  // The new device was told of at the second address too.
  expect(await until(() => Promise.resolve(/\/not-me#/.test(sink.newest(elsewhere) ?? '') || undefined), 'the notice is there')).toBe(true)
})
