import { execFileSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { findings } from './axe'
import { newPage, type Desk } from './harness'
import { ownOffice, type OwnOffice } from './own-office'

const shots = process.env['SHOTS']
let office: OwnOffice
let system: Server
let client = ''
let site = ''
const heard: URLSearchParams[] = []
beforeAll(async () => {
  if (shots) mkdirSync(shots, { recursive: true })
  system = createServer((req, res) => {
    const url = new URL(req.url ?? '/', 'http://127.0.0.1')
    if (url.pathname === '/back') heard.push(url.searchParams)
    res.setHeader('Content-Type', 'text/html')
    res.end('<!doctype html><html lang="en"><title>Attendance</title><p>Attendance</p>')
  })
  await new Promise<void>((done) => system.listen(0, '127.0.0.1', done))
  site = `http://127.0.0.1:${(system.address() as AddressInfo).port}/back`
  office = await ownOffice(['ann', 'bob'], {})
  client = office.run(['sso', 'client', 'add', 'Attendance', '--redirect', site, '--consent', 'never', '--assurance', '2']).split(/\s+/)[1] ?? ''
})
afterAll(async () => {
  await office.close()
  system.close()
})

const request = (): string =>
  `${office.url}/oauth/authorize?${new URLSearchParams({ client_id: client, redirect_uri: site, response_type: 'code', scope: 'openid', state: 'kept' })}`

async function fill(page: Page, who: Desk): Promise<void> {
  await page.locator('input[name=address]').fill(who.address)
  await page.locator('input[name=password]').fill(who.password)
  await page.locator('button[type=submit]').click()
}

for (const [who, size] of [['ann', 'desktop'], ['bob', 'phone']] as const)
  test(`a system that wants a surer sign-in gets one, and one comes back to it, ${size}`, async () => {
    const desk = office.desk(who)
    const { page, context, errors } = await newPage(desk, { size })
    await page.goto(desk.url)
    await fill(page, desk)
    await page.locator('input[name=password]').waitFor({ state: 'detached' })
    await page.goto(request())
    await page.getByText('This system asks for a surer sign-in').waitFor()
    expect(await findings(page, 'a surer sign-in')).toEqual([])
    if (shots) await page.screenshot({ path: `${shots}/stepup-${size}.png` })
    await fill(page, desk)
    // Who has no second factor adds one, and goes on.
    await page.getByRole('button', { name: 'With an authenticator app' }).click()
    const secret = ((await page.locator('code').textContent()) ?? '').replaceAll(' ', '')
    await page.getByLabel('Code').fill(execFileSync('oathtool', ['--totp', '--base32', secret]).toString().trim())
    await page.keyboard.press('Enter')
    await page.getByRole('button', { name: 'I have kept it' }).click()
    await page.getByText('Attendance').waitFor()
    expect(heard.at(-1)?.get('state')).toBe('kept')
    expect(heard.at(-1)?.get('code')).toBeTruthy()
    // From now on the session is enough.
    const before = heard.length
    await page.goto(request())
    await page.getByText('Attendance').waitFor()
    expect(heard.length).toBe(before + 1)
    expect(errors.filter((e) => !e.includes('401'))).toEqual([])
    await context.close()
  })
