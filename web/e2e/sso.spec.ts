import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import type { Page } from 'playwright-core'
import { findings } from './axe'
import { newPage, openDesk, signIn, type Desk } from './harness'

let desk: Desk
let other: Desk
let system: Server
let site = ''
let client = ''
const heard: URLSearchParams[] = []
/** What it is told of sessions that are over. */
const over: URLSearchParams[] = []

/** A system of somebody else's, that hears the answers, and its registration by the operator. */
beforeAll(async () => {
  desk = await openDesk(38)
  other = await openDesk(39)
  system = createServer((req, res) => {
    const url = new URL(req.url ?? '/', 'http://127.0.0.1')
    if (url.pathname === '/back') heard.push(url.searchParams)
    res.setHeader('Content-Type', 'text/html')
    const answer = (): void => void res.end('<!doctype html><html lang="en"><title>Attendance</title><p>Attendance</p>')
    if (url.pathname !== '/over') return answer()
    over.push(url.searchParams)
    // As long as it takes to look at the page that waits for this.
    setTimeout(answer, 3000)
  })
  await new Promise<void>((done) => system.listen(0, '127.0.0.1', done))
  site = `http://127.0.0.1:${(system.address() as AddressInfo).port}`
  client = sso('client', 'add', '差勤系統', '--kind', 'native', '--device', '--redirect', `${site}/back`).split(/\s+/)[1] ?? ''
})
afterAll(async () => {
  await desk.close()
  await other.close()
  system.close()
})

const sso = (...args: string[]): string => {
  const office = inject('office')
  return execFileSync(office.program, ['sso', ...args, '--data', office.data], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
}
const verifier = randomBytes(32).toString('base64url')
const request = (more: Record<string, string> = {}): string =>
  `${desk.url}/oauth/authorize?${new URLSearchParams({
    client_id: client,
    redirect_uri: `${site}/back`,
    response_type: 'code',
    scope: 'openid profile email offline_access',
    state: 'kept',
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    ...more,
  })}`
const post = async (path: string, form: Record<string, string>): Promise<Record<string, string>> =>
  (await (await fetch(`${desk.url}${path}`, { method: 'POST', body: new URLSearchParams({ client_id: client, ...form }) })).json()) as Record<string, string>

async function fill(page: Page, who: Desk): Promise<void> {
  await page.locator('input[name=address]').fill(who.address)
  await page.locator('input[name=password]').fill(who.password)
  await page.locator('button[type=submit]').click()
}

test('a system sends one here to sign in, and one comes back to it with an answer', async () => {
  const { page, context, errors } = await newPage(desk)
  await page.goto(request())
  await fill(page, desk)
  await page.getByRole('heading', { name: 'Sign on to 差勤系統?' }).waitFor()
  await page.getByText(`You are signed in as ${desk.address}.`).waitFor()
  expect(await page.getByRole('listitem').allTextContents()).toEqual(['That it is you', 'Your name and language', 'Your mail address'])
  expect(await findings(page, 'consent')).toEqual([])
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.getByText('Attendance').waitFor()
  expect(heard.at(-1)?.get('state')).toBe('kept')
  const tokens = await post('/oauth/token', { grant_type: 'authorization_code', code: heard.at(-1)?.get('code') ?? '', redirect_uri: `${site}/back`, code_verifier: verifier })
  const info = (await (await fetch(`${desk.url}/oauth/userinfo`, { headers: { Authorization: `Bearer ${tokens['access_token']}` } })).json()) as { email: string }
  expect(info.email).toBe(desk.address)

  await page.goto(request())
  await page.getByRole('button', { name: 'Refuse' }).click()
  await page.getByText('Attendance').waitFor()
  expect(heard.at(-1)?.get('error')).toBe('access_denied')

  await page.goto(request({ prompt: 'login' }))
  await page.getByText('This system asks you to sign in once more.').waitFor()
  expect(await findings(page, 'sign in anew')).toEqual([])
  await fill(page, desk)
  await page.getByRole('heading', { name: 'Sign on to 差勤系統?' }).waitFor()

  await page.goto(request({ redirect_uri: 'https://evil.example/' }))
  await page.getByRole('heading', { name: 'This sign-on is not possible' }).waitFor()
  await page.goto(`${desk.url}/oauth/end-session`)
  await page.getByRole('button', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
  expect((await post('/oauth/token', { grant_type: 'refresh_token', refresh_token: tokens['refresh_token'] ?? '' }))['error']).toBe('invalid_grant')
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})

test('one sees what one allowed, and ends it', async () => {
  const mail = sso('client', 'add', 'Thunderbird', '--kind', 'mail', '--redirect', `${site}/back`).split(/\s+/)[1] ?? ''
  const { page, context, errors } = await newPage(other)
  await page.goto(request({ client_id: mail, scope: 'mail openid' }))
  await fill(page, other)
  await page.getByText('Reading and sending your mail').waitFor()
  await page.getByText('Access while you are away, until you end it').waitFor()
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.getByText('Attendance').waitFor()
  const tokens = await post('/oauth/token', { client_id: mail, grant_type: 'authorization_code', code: heard.at(-1)?.get('code') ?? '', redirect_uri: `${site}/back`, code_verifier: verifier })
  expect(tokens['refresh_token']).toBeTruthy()

  await page.goto(`${other.url}/settings/systems`)
  const row = page.getByRole('listitem').filter({ hasText: 'Thunderbird' })
  await row.getByText('Reading and sending your mail').waitFor()
  expect(await findings(page, 'systems')).toEqual([])
  await row.getByRole('button', { name: 'End access of Thunderbird' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'End access of Thunderbird' }).click()
  await page.getByText('Thunderbird has no access any more').waitFor()
  await row.waitFor({ state: 'detached' })
  expect((await post('/oauth/token', { client_id: mail, grant_type: 'refresh_token', refresh_token: tokens['refresh_token'] ?? '' }))['error']).toBe('invalid_grant')
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})

test('the service worker leaves the way to a system to the server', async () => {
  const { page, context, errors } = await newPage(desk, { worker: true })
  await signIn(page, desk)
  await page.evaluate(() => navigator.serviceWorker.ready)
  await page.reload()
  expect(await page.evaluate(() => Boolean(navigator.serviceWorker.controller))).toBe(true)
  await page.goto(request())
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.getByText('Attendance').waitFor()
  expect(heard.at(-1)?.get('code')).toBeTruthy()
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})

test('a device without a browser is let in by its code, on a phone', async () => {
  const { page, context, errors } = await newPage(other, { size: 'phone' })
  const device = await post('/oauth/device', { scope: 'openid' })
  await page.goto(device['verification_uri'] ?? '')
  await fill(page, other)
  await page.getByLabel('Code on the device').fill('BBBB-BBBB')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText('No device waits with this code.').waitFor()
  expect(await findings(page, 'device')).toEqual([])
  await page.getByLabel('Code on the device').fill((device['user_code'] ?? '').toLowerCase())
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText('Go on only if the code stands on a device in front of you.').waitFor()
  expect(await findings(page, 'device consent')).toEqual([])
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.getByRole('heading', { name: 'Done: go back to the device' }).waitFor()
  const tokens = await post('/oauth/token', { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: device['device_code'] ?? '' })
  expect(tokens['id_token']).toBeTruthy()
  expect(errors.filter((e) => !e.includes('401') && !e.includes('404'))).toEqual([])
  await context.close()
})

test('who signs out here is signed out of the systems too', async () => {
  const told = sso('client', 'add', 'Payroll', '--kind', 'native', '--redirect', `${site}/back`, '--front-logout', `${site}/over`).split(/\s+/)[1] ?? ''
  const { page, context, errors } = await newPage(other)
  await signIn(page, other)
  await page.goto(request({ client_id: told }))
  await page.getByRole('button', { name: 'Allow' }).click()
  await page.getByText('Attendance').waitFor()
  await page.goto(other.url)
  await page.getByRole('button', { name: /your menu/ }).click()
  await page.getByRole('menuitem', { name: 'Sign out' }).click()
  await page.getByRole('heading', { name: 'You are being signed out of other systems.' }).waitFor()
  expect(await findings(page, 'signing out of others')).toEqual([])
  if (process.env['SHOTS']) await page.screenshot({ path: `${process.env['SHOTS']}/signed-out.png` })
  await page.locator('input[name=address]').waitFor()
  expect(new URL(page.url()).pathname).toBe('/')
  expect(over).toHaveLength(1)
  expect(over[0]?.get('iss')).toBe(other.url)
  expect(over[0]?.get('sid')).toBeTruthy()
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})

test('a device that wants a surer sign-in leads to one', async () => {
  const { page, context } = await newPage(other, { size: 'phone' })
  const device = await post('/oauth/device', { scope: 'openid', acr_values: 'urn:chancery:params:acr:aal2' })
  await page.goto(device['verification_uri'] ?? '')
  await fill(page, other)
  await page.getByLabel('Code on the device').fill(device['user_code'] ?? '')
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText('This system asks for a surer sign-in').waitFor()
  expect(await findings(page, 'device, surer')).toEqual([])
  expect((await post('/oauth/token', { grant_type: 'urn:ietf:params:oauth:grant-type:device_code', device_code: device['device_code'] ?? '' }))['error']).toBe('authorization_pending')
  await context.close()
})
