import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { Api } from './api'
import { findings } from './axe'
import { newPage, type Desk } from './harness'
import { ownOffice, type OwnOffice } from './own-office'

const given = 'Cx2-given-to-somebody'
const mine = 'Mine and nobody else knows it'
let office: OwnOffice
beforeAll(async () => {
  office = await ownOffice(['ann', 'bob', 'chief'], { WORKDAYS_COUNTRY: 'TW', PASSWORDS_MAX_MONTHS: '6' })
  office.run(['role', 'grant', 'chief@city.example', 'personnel'])
})
afterAll(() => office.close())

const once = (name: string): void => void office.run(['account', 'password', `${name}@city.example`, '--password-stdin', '--once'], `${given}\n`)

async function enter(page: Page, d: Desk, password = d.password): Promise<void> {
  await page.goto(d.url)
  await page.locator('input[name=address]').fill(d.address)
  await page.locator('input[name=password]').fill(password)
  await page.locator('button[type=submit]').click()
}

const fits = (page: Page): Promise<boolean> => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)

/** What a program is told that comes with a password. */
const basic = (d: Desk, password: string): Promise<number> =>
  fetch(`${d.url}/.well-known/jmap`, { headers: { Authorization: `Basic ${btoa(`${d.address}:${password}`)}` } }).then((r) => r.status)

test('a password that was given out is replaced before anything opens', async () => {
  const ann = office.desk('ann')
  once('ann')
  expect(await basic(ann, given)).toBe(401)
  const { page, context } = await newPage(ann, { size: 'phone', language: 'zh-TW' })
  await enter(page, ann, given)
  await page.getByText('此密碼由他人提供').waitFor()
  expect(await page.evaluate(() => fetch('/auth/me').then((r) => r.status))).toBe(401)
  expect(await findings(page, 'choose a password')).toEqual([])
  expect(await fits(page)).toBe(true)
  const [next, again] = [page.getByLabel('新密碼', { exact: true }), page.getByLabel('再次輸入新密碼')]
  await next.fill('short')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').getByText('至少 10 個字元').waitFor()
  await next.fill(given)
  await again.fill(given)
  await page.getByRole('button', { name: '設定密碼並登入' }).tap()
  await page.getByText('此為原先提供的密碼').waitFor()
  await next.fill(mine)
  await again.fill(mine + 'x')
  await page.getByRole('button', { name: '設定密碼並登入' }).tap()
  await page.getByText('兩次輸入不一致').waitFor()
  await again.fill(mine)
  await page.keyboard.press('Enter')
  await next.waitFor({ state: 'detached' })
  await expect.poll(() => page.evaluate(() => fetch('/auth/me').then((r) => r.status))).toBe(200)
  expect(await basic(ann, mine)).toBe(200)
  expect(await basic(ann, given)).toBe(401)
  await context.close()
})

test('who cannot sign in asks; the administrator opens the account, by a one-time password or as it was', async () => {
  const [bob, chief] = [office.desk('bob'), office.desk('chief')]
  const asking = await newPage(bob, { size: 'phone', language: 'vi' })
  await asking.page.goto(bob.url)
  await asking.page.locator('input[name=address]').fill(bob.address)
  await asking.page.getByRole('button', { name: 'Không đăng nhập được?' }).tap()
  const who = asking.page.getByLabel('Địa chỉ thư điện tử')
  expect(await who.inputValue()).toBe(bob.address)
  await asking.page.getByLabel('Liên hệ với bạn ở đâu?').fill('Phòng 5, máy 4711')
  expect(await findings(asking.page, 'ask for help')).toEqual([])
  expect(await fits(asking.page)).toBe(true)
  await asking.page.getByRole('button', { name: 'Gửi đề nghị đến quản trị viên' }).tap()
  await asking.page.getByRole('status').waitFor()
  const sent = await asking.page.getByRole('status').innerText()
  expect(sent).toContain('Nếu có tài khoản này')
  // A stranger learns nothing: an address that nobody has gets the same answer.
  await asking.page.getByRole('button', { name: 'Quay lại đăng nhập' }).tap()
  await asking.page.getByRole('button', { name: 'Không đăng nhập được?' }).tap()
  await who.fill('nobody@city.example')
  await asking.page.getByRole('button', { name: 'Gửi đề nghị đến quản trị viên' }).tap()
  await asking.page.getByRole('status').waitFor()
  expect(await asking.page.getByRole('status').innerText()).toBe(sent)

  // Somebody else is locked by an administrator.
  const api = Api.of(chief)
  const made = await api.call<{ created: Record<string, { id: string }> }>('Person/set', { create: { m: { email: 'mole@city.example', name: 'Mole Digger' } } })
  await api.call('Person/set', { update: { [made.created['m']?.id ?? '']: { locked: true } } })

  const desk = await newPage(chief)
  await enter(desk.page, chief)
  await desk.page.locator('input[name=password]').waitFor({ state: 'detached' })
  await desk.page.goto(`${chief.url}/console/locked`)
  const rows = desk.page.locator('#list li')
  await rows.first().waitFor()
  const texts = await rows.allInnerTexts()
  expect(texts.length).toBe(2)
  expect(texts[0]).toContain('Phòng 5, máy 4711')
  expect(texts[0]).toContain('Not locked')
  expect(texts[1]).toContain('Mole Digger')
  expect(texts[1]).toMatch(/Locked by an administrator[\s\S]*by chief/)
  expect(await findings(desk.page, 'locked accounts')).toEqual([])

  await desk.page.getByRole('button', { name: 'Unlock Mole Digger' }).click()
  expect(await findings(desk.page, 'unlock')).toEqual([])
  await desk.page.getByRole('dialog').getByRole('button', { name: 'Unlock' }).click()
  await desk.page.getByText('Mole Digger can sign in again').waitFor()
  await desk.page.getByRole('button', { name: 'Unlock bob' }).click()
  await desk.page.getByRole('dialog').getByRole('button', { name: 'Unlock' }).click()
  const password = await desk.page.getByText(/^Cx2-/).innerText()
  await desk.page.getByRole('button', { name: 'Done' }).click()
  await desk.page.getByText('No account is locked, and nobody asks.').waitFor()

  expect(await basic(bob, bob.password)).toBe(401)
  await asking.page.getByRole('button', { name: 'Quay lại đăng nhập' }).tap()
  await enter(asking.page, bob, password)
  await asking.page.getByText('Mật khẩu này do người khác cấp.').waitFor()
  expect(await fits(asking.page)).toBe(true)
  await asking.context.close()
  await desk.context.close()
})

test('the queue fits a phone, and is not there for who may not unlock', async () => {
  const [ann, chief] = [office.desk('ann'), office.desk('chief')]
  await fetch(`${ann.url}/auth/help`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ address: ann.address, note: 'Building 3, second floor, the office beside the stairs, after two o’clock' }) })
  const { page, context } = await newPage(chief, { size: 'phone', language: 'ko' })
  await enter(page, chief)
  await page.locator('input[name=password]').waitFor({ state: 'detached' })
  await page.goto(`${chief.url}/console/locked`)
  await page.getByRole('button', { name: 'ann 님의 요청 반려' }).waitFor()
  expect(await fits(page)).toBe(true)
  expect(await findings(page, 'locked accounts on a phone')).toEqual([])
  await page.getByRole('button', { name: 'ann 님의 요청 반려' }).tap()
  await page.getByText('잠긴 계정이나 요청이 없습니다.').waitFor()
  await context.close()
  const session = (await (await fetch(`${ann.url}/.well-known/jmap`, { headers: { Authorization: `Basic ${btoa(`${ann.address}:${mine}`)}` } })).json()) as { capabilities: object }
  expect(Object.keys(session.capabilities).filter((c) => c.endsWith(':unlock'))).toEqual([])
})

test('who has to change the password soon is told at the sign-in, and led there', async () => {
  const ann = office.desk('ann')
  const { page, context } = await newPage(ann, { size: 'phone', language: 'zh-CN' })
  // Six months have not passed here: the server's day is replaced by a near one.
  await page.route('**/auth/me', async (r) => {
    const answer = await r.fetch()
    if (!answer.ok()) return r.fulfill({ response: answer })
    const me = (await answer.json()) as { passwordDue: string }
    expect(Date.parse(me.passwordDue) - Date.now()).toBeGreaterThan(170 * 86_400_000)
    await r.fulfill({ response: answer, json: { ...me, passwordDue: new Date(Date.now() + 5.5 * 86_400_000).toISOString() } })
  })
  await enter(page, ann, mine)
  await page.getByText('您的密码须在 6 天内修改').waitFor()
  expect(await findings(page, 'due')).toEqual([])
  await page.getByRole('button', { name: '前往修改' }).tap()
  await page.waitForURL('**/settings/security')
  await context.close()
})
