import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { BrowserContext, Page } from 'playwright-core'
import { findings } from './axe'
import { sizes, type Size } from './harness'
import { ownOffice, type OwnOffice } from './own-office'

const dir = mkdtempSync(join(tmpdir(), 'chancery-cert-'))
const port = 60_100 + Math.floor(Math.random() * 4000)
const site = `https://localhost:${port}`
let office: OwnOffice
let strict: OwnOffice

const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: dir, stdio: 'ignore' })

/** An authority, and a card of Ann that it signed, soon to end. */
beforeAll(async () => {
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '60', '-subj', '/O=明川市政府/CN=明川憑證管理中心', '-utf8', '-addext', 'keyUsage=critical,keyCertSign,cRLSign')
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ann.key', '-out', 'ann.csr', '-subj', '/CN=林雅婷/serialNumber=1010101010101010', '-utf8')
  execFileSync('sh', ['-c', 'printf "keyUsage=critical,digitalSignature\\nextendedKeyUsage=clientAuth\\n" > ext && openssl x509 -req -in ann.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 12 -extfile ext -out ann.pem'], { cwd: dir, stdio: 'ignore' })
  const settings = { CERTIFICATES_LISTEN: `127.0.0.1:${port}`, CERTIFICATES_ANCHORS: join(dir, 'ca.pem'), CERTIFICATES_REVOCATION: 'off', CERTIFICATES_CHALLENGE: 'true' }
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'pc.key', '-out', 'pc.csr', '-subj', '/CN=pc-17.city.example')
  openssl('x509', '-req', '-in', 'pc.csr', '-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '12', '-extfile', 'ext', '-out', 'pc.pem')
  const machines = { HTTP_LISTEN_TLS: `127.0.0.1:${port + 2}`, DEVICES_LISTENERS: `127.0.0.1:${port + 2}`, DEVICES_AUTHORITIES: join(dir, 'ca.pem') }
  office = await ownOffice(['ann'], { ...settings, ...machines })
  strict = await ownOffice(['ann'], { ...settings, CERTIFICATES_LISTEN: `127.0.0.1:${port + 1}`, ZONES_INNER_NEEDS: 'hardware', ZONES_INNER_METHODS: 'certificate' })
})
afterAll(async () => {
  await office.close()
  await strict.close()
  rmSync(dir, { recursive: true, force: true })
})

/** A browser that has the card, or none. */
async function browserOf(of: OwnOffice, card: boolean, size: Size = 'desktop', language = 'en', dark = false): Promise<{ page: Page; context: BrowserContext }> {
  const context = await of.browser.newContext({
    viewport: sizes[size],
    locale: language,
    colorScheme: dark ? 'dark' : 'light',
    reducedMotion: 'reduce',
    serviceWorkers: 'block',
    ignoreHTTPSErrors: true,
    ...(card ? { clientCertificates: [site, `https://localhost:${port + 1}`].map((origin) => ({ origin, certPath: join(dir, 'ann.pem'), keyPath: join(dir, 'ann.key') })) } : {}),
  })
  await context.addInitScript((l) => localStorage.setItem('chancery.prefs', JSON.stringify({ language: l })), language)
  return { page: await context.newPage(), context }
}

const me = (page: Page): Promise<string> => page.evaluate(async () => ((await (await fetch('/auth/me', { headers: { Accept: 'application/json' } })).json()) as { address: string }).address)

async function byPassword(page: Page, of: OwnOffice): Promise<void> {
  const desk = of.desk('ann')
  await page.goto(of.url)
  await page.locator('input[name=address]').fill(desk.address)
  await page.locator('input[name=password]').fill(desk.password)
  await page.locator('button[type=submit]').click()
}

/** One is back from the listener and the client is open. */
async function isIn(page: Page, of: OwnOffice): Promise<void> {
  await page.waitForResponse((r) => r.url().endsWith('/sso/api/cert/finish'))
  await page.waitForURL((u) => u.origin === of.url && !u.pathname.startsWith('/sso/'))
  await page.locator('main').waitFor()
}

test('one registers a card, signs in by it, and removes it', async () => {
  const { page, context } = await browserOf(office, true)
  await byPassword(page, office)
  await page.locator('input[name=password]').waitFor({ state: 'detached' })
  await page.goto(`${office.url}/settings/security`)
  await page.getByRole('button', { name: 'Register a certificate' }).click()
  await page.getByRole('heading', { name: 'The certificate is registered' }).waitFor()
  expect(await findings(page, 'registered')).toEqual([])
  await page.getByRole('button', { name: 'To the settings' }).click()
  await page.getByText('林雅婷').waitFor()
  await page.getByText('Ends in 11 days').waitFor()
  await page.getByText('From 明川憑證管理中心').waitFor()
  expect(await findings(page, 'certificates of one’s own')).toEqual([])
  await context.close()

  const next = await browserOf(office, true, 'phone')
  await next.page.goto(office.url)
  await next.page.getByRole('button', { name: 'Sign in with a certificate or card' }).click()
  await isIn(next.page, office)
  expect(await me(next.page)).toBe('ann@city.example')
  await next.page.goto(`${office.url}/settings/security`)
  await next.page.getByRole('button', { name: 'Remove the certificate of 林雅婷' }).click()
  await next.page.getByRole('alertdialog').getByRole('button', { name: 'Remove the certificate of 林雅婷' }).click()
  // The session that the card opened ends with it.
  await next.page.locator('input[name=password]').waitFor()
  await next.context.close()
})

test('where machines show a certificate of their own, people and auditors see which it was', async () => {
  office.run(['role', 'grant', 'ann@city.example', 'audit'])
  const at = `https://localhost:${port + 2}`
  for (const size of ['desktop', 'phone'] as const) {
    const context = await office.browser.newContext({ viewport: sizes[size], locale: 'en', reducedMotion: 'reduce', serviceWorkers: 'block', ignoreHTTPSErrors: true, clientCertificates: [{ origin: at, certPath: join(dir, 'pc.pem'), keyPath: join(dir, 'pc.key') }] })
    await context.addInitScript(() => localStorage.setItem('chancery.prefs', JSON.stringify({ language: 'en' })))
    const page = await context.newPage()
    await byPassword(page, { ...office, url: at })
    await page.locator('input[name=password]').waitFor({ state: 'detached' })
    await page.goto(`${at}/settings`)
    await page.getByRole('button', { name: 'Sign-ins' }).click()
    await page.getByText(/^Machine pc-17\.city\.example$/).first().waitFor()
    expect(await findings(page, 'sign-ins from a machine')).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
    if (process.env['SHOTS']) await page.screenshot({ path: join(process.env['SHOTS'], `machine-${size}.png`) })
    if (size === 'desktop') {
      await page.goto(`${at}/console/record`)
      await page.getByLabel('Network address or machine').fill('PC-17')
      await page.getByRole('button', { name: 'Find' }).click()
      await page.getByRole('table', { name: 'Record' }).getByRole('button', { name: 'Signed in' }).first().click()
      await page.getByRole('dialog').getByText(/^pc-17\.city\.example, number /).waitFor()
    }
    await context.close()
  }
})

test('who has no card, or one of nobody, is told so', async () => {
  for (const [card, says] of [
    [false, 'The browser showed no certificate'],
    [true, 'no account here belongs to it'],
  ] as const) {
    const { page, context } = await browserOf(office, card)
    await page.goto(office.url)
    await page.getByRole('button', { name: 'Sign in with a certificate or card' }).click()
    await page.getByRole('heading', { name: 'You are not signed in' }).waitFor()
    await page.getByText(says).waitFor()
    expect(await findings(page, says)).toEqual([])
    await page.getByRole('button', { name: 'To the sign-in page' }).click()
    await page.locator('input[name=password]').waitFor()
    await context.close()
  }
})

test('where only a certificate counts the password is not enough', async () => {
  strict.run(['certificate', 'add', 'ann@city.example', join(dir, 'ann.pem')])
  const { page, context } = await browserOf(strict, true)
  await byPassword(page, strict)
  await page.getByText('From this network one signs in with a certificate or card.').waitFor()
  await page.getByRole('button', { name: 'Sign in with a certificate or card' }).click()
  await isIn(page, strict)
  expect(await me(page)).toBe('ann@city.example')
  await context.close()
})

test('one signs in by a text that the card’s own program signed, by file and pasted', async () => {
  office.run(['certificate', 'add', 'ann@city.example', join(dir, 'ann.pem')])
  const { page, context } = await browserOf(office, false, 'phone')
  await page.goto(office.url)
  await page.getByRole('button', { name: 'Sign in by a text that your card signs' }).click()
  const line = page.getByText(/^I sign in to /)
  await line.waitFor()
  await page.getByText('Without the card’s program: by file or as text').click()
  expect(await findings(page, 'a text to sign')).toEqual([])
  const saved = async (): Promise<string> => {
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: 'Save the line as a file' }).click()])
    const to = join(dir, 'challenge.txt')
    await file.saveAs(to)
    return to
  }
  const first = await saved()
  // Another text than the one that was shown is told so, and a new line stands there.
  const before = await line.textContent()
  writeFileSync(join(dir, 'other.txt'), 'another text')
  openssl('cms', '-sign', '-binary', '-in', 'other.txt', '-signer', 'ann.pem', '-inkey', 'ann.key', '-outform', 'PEM', '-out', 'other.p7s')
  await page.locator('input[type=file]').setInputFiles(join(dir, 'other.p7s'))
  await page.getByText('The signature is not of the line that was shown').waitFor()
  await page.waitForFunction((old) => !document.body.textContent?.includes(old), before ?? '')
  // The signature of the line before comes too late now.
  openssl('cms', '-sign', '-binary', '-in', first, '-signer', 'ann.pem', '-inkey', 'ann.key', '-outform', 'PEM', '-out', 'late.p7s')
  await page.locator('input[type=file]').setInputFiles(join(dir, 'late.p7s'))
  await page.getByText('The signature is not of the line that was shown').waitFor()
  await page.waitForFunction((old) => !document.querySelector('form[aria-busy]') && !document.body.textContent?.includes(old), before ?? '')
  await page.getByRole('button', { name: 'Choose the file of the signature' }).and(page.locator(':enabled')).waitFor()
  openssl('cms', '-sign', '-binary', '-in', await saved(), '-signer', 'ann.pem', '-inkey', 'ann.key', '-outform', 'DER', '-out', 'good.p7s')
  await page.locator('input[type=file]').setInputFiles(join(dir, 'good.p7s'))
  await isIn(page, office)
  expect(await me(page)).toBe('ann@city.example')
  await context.close()

  const next = await browserOf(office, false)
  await next.page.goto(office.url)
  await next.page.getByRole('button', { name: 'Sign in by a text that your card signs' }).click()
  await next.page.getByText('Without the card’s program: by file or as text').click()
  writeFileSync(join(dir, 'pasted.txt'), (await next.page.getByText(/^I sign in to /).textContent()) ?? '')
  const pasted = execFileSync('openssl', ['cms', '-sign', '-binary', '-in', 'pasted.txt', '-signer', 'ann.pem', '-inkey', 'ann.key', '-outform', 'PEM'], { cwd: dir, encoding: 'utf8' })
  await next.page.getByLabel('The signature (CMS), as text').fill(pasted)
  await next.page.getByRole('button', { name: 'Hand the signature over' }).click()
  await isIn(next.page, office)
  expect(await me(next.page)).toBe('ann@city.example')
  await next.context.close()
})
