import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BrowserContext, Page } from 'playwright-core'
import { findings } from './axe'
import { sizes } from './harness'
import { ownOffice, type OwnOffice } from './own-office'

const root = fileURLToPath(new URL('../..', import.meta.url))
const dir = mkdtempSync(join(tmpdir(), 'chancery-card-'))
const PROGRAM = 'http://localhost:61161'
let office: OwnOffice
let card: ChildProcess
let at = ''

/** The key of the card: in a token of SoftHSM where there is one, else in a file. */
function makeCard(): { words: string[]; env: NodeJS.ProcessEnv } {
  const run = (program: string, args: string[], env: NodeJS.ProcessEnv = process.env): void => void execFileSync(program, args, { cwd: dir, env, stdio: 'ignore' })
  run('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '60', '-subj', '/O=明川市政府/CN=明川憑證管理中心', '-utf8', '-addext', 'keyUsage=critical,keyCertSign,cRLSign'])
  const installed = (path: string): string | undefined => readdirSync('/usr/lib').map((of) => join('/usr/lib', of, path)).find(existsSync)
  const module = installed('softhsm/libsofthsm2.so')
  const token = module && existsSync('/usr/bin/softhsm2-util') && existsSync('/usr/bin/pkcs11-tool') && installed('engines-3/pkcs11.so')
  const env = { ...process.env, SOFTHSM2_CONF: join(dir, 'softhsm2.conf'), ...(module ? { PKCS11_MODULE_PATH: module } : {}) }
  let key = ['-newkey', 'rsa:2048', '-nodes', '-keyout', 'ann.key']
  let words = ['-inkey', 'ann.key']
  if (token) {
    mkdirSync(join(dir, 'tokens'))
    writeFileSync(join(dir, 'softhsm2.conf'), `directories.tokendir = ${join(dir, 'tokens')}\nobjectstore.backend = file\nlog.level = ERROR\n`)
    run('softhsm2-util', ['--init-token', '--free', '--label', 'card', '--pin', '123456', '--so-pin', '12345678'], env)
    run('pkcs11-tool', ['--module', module, '--token-label', 'card', '--login', '--pin', '123456', '--keypairgen', '--key-type', 'rsa:2048', '--label', 'sign', '--id', '01'], env)
    const inside = 'pkcs11:token=card;object=sign;type=private;pin-value=123456'
    key = ['-engine', 'pkcs11', '-keyform', 'engine', '-key', inside]
    words = ['-engine', 'pkcs11', '-keyform', 'engine', '-inkey', inside]
  }
  run('openssl', ['req', '-new', ...key, '-out', 'ann.csr', '-subj', '/CN=林雅婷/serialNumber=1010101010101010', '-utf8'], env)
  writeFileSync(join(dir, 'ext'), 'keyUsage=critical,digitalSignature\nextendedKeyUsage=clientAuth\n')
  run('openssl', ['x509', '-req', '-in', 'ann.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '12', '-extfile', 'ext', '-out', 'ann.pem'])
  return { words: ['-signer', join(dir, 'ann.pem'), ...words], env }
}

beforeAll(async () => {
  const { words, env } = makeCard()
  execFileSync('go', ['build', '-o', join(dir, 'cardprogram'), './kit/testkit/cardprogram'], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] })
  card = spawn(join(dir, 'cardprogram'), ['-dir', dir, '-pin', '135 & 79+%', '--', ...words], { env, stdio: ['ignore', 'pipe', 'inherit'] })
  at = await new Promise<string>((done) => card.stdout?.once('data', (d: Buffer) => done(`http://127.0.0.1:${d.toString().trim()}`)))
  office = await ownOffice(['ann'], { CERTIFICATES_ANCHORS: join(dir, 'ca.pem'), CERTIFICATES_REVOCATION: 'off', CERTIFICATES_CHALLENGE: 'true' })
})
afterAll(async () => {
  await office.close()
  card.kill()
  rmSync(dir, { recursive: true, force: true })
})

const order = (what: string): Promise<unknown> => fetch(`${at}/order`, { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: what })
const PIN = '135 & 79+%'

/**
 * A browser on a machine where the program of cards runs. Its port is fixed and
 * the machine of the tests is shared, so that the browser finds it at another;
 * without one, nobody is there.
 */
async function browser(runs = true, agent?: string): Promise<{ page: Page; context: BrowserContext; sent: string[] }> {
  const context = await office.browser.newContext({ viewport: agent ? sizes.phone : sizes.desktop, locale: 'en', reducedMotion: 'reduce', serviceWorkers: 'block', ...(agent ? { userAgent: agent, isMobile: true, hasTouch: true } : {}) })
  await context.addInitScript(() => localStorage.setItem('chancery.prefs', JSON.stringify({ language: 'en' })))
  await context.route(`${PROGRAM}/**`, async (route) => {
    if (!runs) return route.abort('connectionrefused')
    const asked = route.request()
    const res = await fetch(at + new URL(asked.url()).pathname, { method: asked.method(), headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, ...(asked.postData() === null ? {} : { body: asked.postData() as string }) })
    return route.fulfill({ status: res.status, contentType: res.headers.get('Content-Type') ?? '', body: await res.text() })
  })
  const page = await context.newPage()
  const sent: string[] = []
  page.on('request', (r) => sent.push(r.url() + ' ' + (r.postData() ?? '')))
  return { page, context, sent }
}

const toCard = async (page: Page): Promise<void> => {
  await page.goto(office.url)
  await page.getByRole('button', { name: 'Sign in by a text that your card signs' }).click()
  await page.getByText(/^I sign in to /).waitFor()
}
const sign = async (page: Page, pin: string): Promise<void> => {
  await page.getByLabel('PIN of the card').fill(pin)
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
}

test('one registers the card in the reader, and signs in by it', async () => {
  const { page, context } = await browser()
  const desk = office.desk('ann')
  await page.goto(office.url)
  await page.locator('input[name=address]').fill(desk.address)
  await page.locator('input[name=password]').fill(desk.password)
  await page.locator('button[type=submit]').click()
  await page.locator('input[name=password]').waitFor({ state: 'detached' })
  await page.goto(`${office.url}/settings/security`)
  await page.getByRole('button', { name: 'Register a card by a signed text' }).click()
  await page.getByText(/^I register this certificate at /).waitFor()
  await page.getByLabel('PIN of the card').fill(PIN)
  await page.getByRole('button', { name: 'Register a certificate' }).click()
  await page.getByRole('heading', { name: 'The certificate is registered' }).waitFor()
  await page.getByText('From now on the certificate of 林雅婷').waitFor()
  await context.close()

  const next = await browser()
  await toCard(next.page)
  expect(await findings(next.page, 'the card’s program')).toEqual([])
  if (process.env['SHOTS']) await next.page.screenshot({ path: join(process.env['SHOTS'], 'card.png') })
  await sign(next.page, PIN)
  await next.page.waitForURL((u) => u.origin === office.url && !u.pathname.startsWith('/sso/'))
  await next.page.locator('main').waitFor()
  expect(await next.page.evaluate(async () => ((await (await fetch('/auth/me', { headers: { Accept: 'application/json' } })).json()) as { address: string }).address)).toBe('ann@city.example')
  // The PIN was for the card, and no page of ours sent it anywhere else.
  expect(next.sent.length).toBeGreaterThan(5)
  expect(next.sent.filter((s) => s.includes('79') && (s.includes('135 ') || s.includes('135%20')))).toEqual([])
  await next.context.close()
})

test('what the card and its program say is told, and the card is asked once a click', async () => {
  const { page, context } = await browser()
  await toCard(page)
  const line = await page.getByText(/^I sign in to /).textContent()
  await page.getByRole('button', { name: 'Sign in', exact: true }).click()
  await page.getByText('Please type the PIN of the card.').waitFor()
  const alert = page.getByRole('alert')
  for (const says of ['Two tries are left', 'One try is left', 'The card is locked after too many wrong PINs']) {
    await sign(page, '000000')
    await alert.getByText(says).waitFor()
    expect(await page.getByLabel('PIN of the card').inputValue()).toBe('')
  }
  await sign(page, PIN)
  await alert.getByText('The card is locked').getByText('(0x76100006, 0xA4)').waitFor()
  expect(await findings(page, 'a locked card')).toEqual([])
  for (const [code, says] of [
    ['0x76000006', 'There is no card in the reader.'],
    ['0x76100003', 'There is no card reader.'],
    ['0x7600000D', 'It took too long.'],
    ['0x76000031', 'does not know this site'],
    ['0x76300004', 'could not sign. Please try again; if it stays so, tell the help desk the number. (0x76300004)'],
  ] as const) {
    await order(`unlock=1&fail=${code}`)
    await sign(page, PIN)
    await alert.getByText(says).waitFor()
    expect(await page.getByRole('link', { name: 'Allow this site in the card’s program' }).count()).toBe(code === '0x76000031' ? 1 : 0)
  }
  // Nothing was handed over meanwhile, so that the line is good still.
  await order('unlock=1')
  expect(await page.getByText(/^I sign in to /).textContent()).toBe(line)
  await sign(page, PIN)
  await page.waitForURL((u) => u.origin === office.url && !u.pathname.startsWith('/sso/'))
  await context.close()
})

test('who has no such program, or whose window is closed, is told so', async () => {
  const { page, context } = await browser(false)
  await toCard(page)
  await sign(page, PIN)
  await page.getByText('The card’s program does not answer. Please install HiCOS').waitFor({ timeout: 30_000 })
  // By file it goes all the same.
  await page.getByText('Without the card’s program: by file or as text').click()
  await page.getByRole('link', { name: 'Save the line as a file' }).waitFor()
  await context.close()

  await order('silent=1')
  const next = await browser()
  await toCard(next.page)
  const [popup] = await Promise.all([next.page.waitForEvent('popup'), sign(next.page, PIN)])
  await popup.close()
  await next.page.getByText('The card’s program does not answer.').waitFor()
  await order('')
  // A browser that lets no window open.
  await next.page.evaluate(() => void (window.open = () => null))
  await sign(next.page, PIN)
  await next.page.getByText('Please allow pop-up windows for this site').waitFor()
  await next.context.close()
})

test('on a phone one is told that it cannot be done there', async () => {
  const { page, context } = await browser(true, 'Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36')
  await toCard(page)
  await page.getByText('This cannot be done on a phone or tablet').waitFor()
  expect(await page.getByLabel('PIN of the card').count()).toBe(0)
  expect(await findings(page, 'the card’s program on a phone')).toEqual([])
  if (process.env['SHOTS']) await page.screenshot({ path: join(process.env['SHOTS'], 'card-phone.png') })
  await context.close()
})
