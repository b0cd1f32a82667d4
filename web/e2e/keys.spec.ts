import { afterAll, beforeAll, expect, test } from 'vitest'
import type { CDPSession, Page } from 'playwright-core'
import { findings } from './axe'
import { newPage, openDesk, signIn, type Desk, type Size } from './harness'

let desktop: Desk
let phone: Desk
// Keys are bound to the name of the server, so the office is asked for by name.
const byName = (d: Desk): Desk => ({ ...d, url: d.url.replace('127.0.0.1', 'localhost') })
beforeAll(async () => {
  desktop = byName(await openDesk(30))
  phone = byName(await openDesk(32))
})
afterAll(async () => {
  await desktop.close()
  await phone.close()
})

/** Chromium's own authenticator, in place of a key in a port or in the telephone. */
async function withKey(page: Page): Promise<{ cdp: CDPSession; id: string }> {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('WebAuthn.enable')
  const { authenticatorId } = await cdp.send('WebAuthn.addVirtualAuthenticator', {
    options: { protocol: 'ctap2', transport: 'usb', hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
  })
  return { cdp, id: authenticatorId }
}

async function signOut(page: Page): Promise<void> {
  await page.evaluate(() => fetch('/auth/sign-out', { method: 'POST' }))
}

const words = {
  desktop: { language: 'en', add: 'Add a security key or passkey', name: 'Name of the key', go: 'Go on', codes: 'Recovery codes', kept: 'I have kept it', key: 'Please use your security key', app: 'Use a recovery code', ask: 'Use the key', passkey: 'Sign in with a passkey', rename: 'Rename Blue key', label: 'Name', save: 'Save name', remove: 'Remove Red key', removed: 'Red key is removed.' },
  phone: { language: 'vi', add: 'Thêm khóa bảo mật hoặc khóa truy cập', name: 'Tên khóa', go: 'Tiếp tục', codes: 'Mã khôi phục', kept: 'Tôi đã lưu', key: 'Vui lòng dùng khóa bảo mật của bạn', app: 'Dùng mã khôi phục', ask: 'Dùng khóa', passkey: 'Đăng nhập bằng khóa truy cập', rename: 'Đổi tên Blue key', label: 'Tên', save: 'Lưu tên', remove: 'Xóa Red key', removed: 'Đã xóa Red key.' },
} as const

test.each(['desktop', 'phone'] as const)('a key is set up, asked for after the password, and signs in alone: %s', async (size: Size & keyof typeof words) => {
  const desk = size === 'phone' ? phone : desktop
  const w = words[size]
  const { page, context, errors } = await newPage(desk, { size, language: w.language })
  const { cdp, id } = await withKey(page)
  await signIn(page, desk)
  await page.goto(`${desk.url}/settings/security`)
  await page.getByRole('button', { name: w.add }).click()
  await page.getByLabel(w.name).fill('Blue key')
  expect(await findings(page, 'naming a key')).toEqual([])
  await page.getByRole('button', { name: w.go }).click()
  const kept = page.getByRole('dialog', { name: w.codes })
  await kept.locator('code').first().waitFor()
  expect(await kept.locator('code').count()).toBe(10)
  await kept.getByRole('button', { name: w.kept }).click()
  await page.getByRole('button', { name: w.rename }).click()
  await page.getByLabel(w.label, { exact: true }).fill('Red key')
  await page.getByRole('button', { name: w.save }).click()
  await page.getByRole('button', { name: w.remove }).waitFor()
  expect(await findings(page, 'security with a key')).toEqual([])
  // The key itself holds it, for this server alone.
  const { credentials } = await cdp.send('WebAuthn.getCredentials', { authenticatorId: id })
  expect(credentials.map((c) => [c.rpId, c.isResidentCredential])).toEqual([['localhost', true]])

  // With the password: the key is asked for at once. Its answer is lost on the way, and it is asked again.
  await signOut(page)
  await page.goto(desk.url)
  await page.route('**/auth/answer', (r) => r.abort(), { times: 1 })
  await page.locator('input[name=address]').fill(desk.address)
  await page.locator('input[name=password]').fill(desk.password)
  await page.locator('button[type=submit]').click()
  await page.getByText(w.key).waitFor()
  await page.getByRole('alert').waitFor()
  await page.getByRole('button', { name: w.app }).waitFor()
  expect(await findings(page, 'key as the second factor')).toEqual([])
  await page.getByRole('button', { name: w.ask }).click()
  await page.locator('[role=row]').first().waitFor()

  // Without a password.
  await signOut(page)
  await page.goto(desk.url)
  await page.getByRole('button', { name: w.passkey }).click()
  await page.locator('[role=row]').first().waitFor()
  expect(((await page.evaluate(() => fetch('/auth/me').then((r) => r.json()))) as { address: string }).address).toBe(desk.address)
  await page.goto(`${desk.url}/settings/security`)
  await page.getByRole('button', { name: w.remove }).click()
  await page.getByRole('alertdialog').getByRole('button').last().click()
  await page.getByText(w.removed).first().waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)

  // The key still has it, and the server takes it no more.
  await signOut(page)
  await page.goto(desk.url)
  await page.getByRole('button', { name: w.passkey }).click()
  await page.getByRole('alert').waitFor()
  await signIn(page, desk)
  expect(errors.filter((e) => !/401|ERR_FAILED/.test(e))).toEqual([])
  await context.close()
})
