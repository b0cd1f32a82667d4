import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findings } from './axe'
import { newPage, type Size } from './harness'
import { ownOffice, type OwnOffice } from './own-office'

// Its zones ask for more. A proxy says where somebody comes from, as one in
// front of a real office does.
let office: OwnOffice
beforeAll(async () => {
  office = await ownOffice(['ann', 'bob'], {
    NETWORK_PROXIES: '127.0.0.1/32',
    ZONES_VPN_NETWORKS: '10.9.0.0/16',
    ZONES_VPN_NEEDS: 'two',
    ZONES_VPN_OFFLINE: 'false',
    ZONES_VPN_SESSION_IDLE: '20s',
    ZONES_OUTER_NEEDS: 'hardware',
    ZONES_INNER_UNKNOWN_DEVICE: 'refuse',
  })
})
afterAll(() => office.close())

/** A page of somebody who comes from an address. */
async function from(peer: string, size: Size, language: string) {
  const opened = await newPage(office.desk('ann'), { size, language })
  await opened.context.setExtraHTTPHeaders({ 'X-Forwarded-For': peer, 'X-Forwarded-Proto': 'https' })
  const enter = async (address: string): Promise<void> => {
    await opened.page.goto(office.url)
    await opened.page.locator('input[name=address]').fill(address)
    await opened.page.locator('input[name=password]').fill(office.desk('ann').password)
    await opened.page.locator('button[type=submit]').click()
  }
  return { ...opened, enter }
}

const code = (secret: string): string => execFileSync('oathtool', ['--totp', '--base32', secret]).toString().trim()

const words = {
  desktop: { language: 'zh-TW', who: 'ann@city.example', app: '使用驗證 App', code: '驗證碼', wrong: '驗證碼不正確', confirm: '確認', codes: '備用碼', kept: '我已妥善保存', idle: '工作階段已結束', more: '需要其他第二因素' },
  phone: { language: 'vi', who: 'bob@city.example', app: 'Bằng ứng dụng tạo mã', code: 'Mã xác thực', wrong: 'Mã không đúng', confirm: 'Xác nhận', codes: 'Mã khôi phục', kept: 'Tôi đã lưu', idle: 'Phiên làm việc đã hết', more: 'cần yếu tố xác thực khác' },
} as const

test.each(['desktop', 'phone'] as const)('a zone that asks for a second factor leads to one, and nothing else is open: %s', async (size) => {
  const w = words[size]
  const { page, context, enter } = await from('10.9.0.7', size, w.language)
  await enter(w.who)
  await page.getByRole('button', { name: w.app }).waitFor()
  expect(await findings(page, 'first factor')).toEqual([])
  expect(await page.evaluate(() => fetch('/auth/me').then((r) => r.status))).toBe(401)
  expect(await page.evaluate(() => fetch('/.well-known/jmap').then((r) => r.status))).toBe(401)
  await page.getByRole('button', { name: w.app }).click()
  const secret = ((await page.locator('code').textContent()) ?? '').replaceAll(' ', '')
  expect(await page.locator('img[src^="data:"]').evaluate((img: HTMLImageElement) => img.naturalWidth)).toBeGreaterThan(100)
  expect(await findings(page, 'app of the first factor')).toEqual([])
  await page.getByLabel(w.code, { exact: true }).fill('000000')
  await page.keyboard.press('Enter')
  await page.getByText(w.wrong).first().waitFor()
  await page.getByLabel(w.code, { exact: true }).fill(code(secret))
  await page.getByRole('button', { name: w.confirm, exact: true }).click()
  const kept = page.getByRole('dialog', { name: w.codes })
  await kept.locator('code').first().waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  await kept.getByRole('button', { name: w.kept }).click()
  await page.getByRole('tree').or(page.getByRole('main')).first().waitFor()
  // The zone lets nothing be kept in the browser, and ends what is not used: with a warning first.
  const me = (await page.evaluate(() => fetch('/auth/me').then((r) => r.json()))) as Record<string, unknown>
  expect([me['address'], me['offline'], me['idleSeconds']]).toEqual([w.who, false, 20])
  await page.getByRole('alertdialog').waitFor({ timeout: 20_000 })
  expect(await findings(page, 'idle warning')).toEqual([])
  await page.getByText(w.idle).waitFor({ timeout: 20_000 })
  await context.close()

  // Elsewhere a key is asked for, which the person does not have; in the office only devices that are known.
  const outer = await from('203.0.113.9', size, w.language)
  await outer.enter(w.who)
  await outer.page.getByText(w.more).waitFor()
  expect(await findings(outer.page, 'refused by the zone')).toEqual([])
  await outer.context.close()
})

test('a device that is not known is refused where the zone says so, in plain words', async () => {
  const { page, context, enter } = await from('10.1.0.1', 'desktop', 'en')
  await enter('ann@city.example')
  await page.getByText('Only devices that were signed in with').waitFor()
  // A wrong password says nothing of it.
  await page.locator('input[name=password]').fill('not it')
  await page.keyboard.press('Enter')
  await page.getByText('Address or password is not right').waitFor()
  await context.close()
})
