import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findings } from './axe'
import { newPage } from './harness'
import { ownOffice, type OwnOffice } from './own-office'

const dir = mkdtempSync(join(tmpdir(), 'chancery-means-'))
const port = 60_100 + Math.floor(Math.random() * 4000)
let office: OwnOffice

const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: dir, stdio: 'ignore' })

/** An authority with a card of Carl, and an office that trusts it: Carl is a person, the guard a security administrator. */
beforeAll(async () => {
  openssl('req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'ca.key', '-out', 'ca.pem', '-days', '60', '-subj', '/CN=City CA', '-addext', 'keyUsage=critical,keyCertSign,cRLSign')
  openssl('req', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'carl.key', '-out', 'carl.csr', '-subj', '/CN=Carl Counter')
  execFileSync('sh', ['-c', 'printf "keyUsage=critical,digitalSignature\\nextendedKeyUsage=clientAuth\\n" > ext && openssl x509 -req -in carl.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 40 -extfile ext -out carl.pem && openssl x509 -in carl.pem -outform DER -out carl.der'], { cwd: dir, stdio: 'ignore' })
  office = await ownOffice(['guard'], { CERTIFICATES_LISTEN: `127.0.0.1:${port}`, CERTIFICATES_ANCHORS: join(dir, 'ca.pem'), CERTIFICATES_REVOCATION: 'off' })
  office.run(['role', 'grant', 'guard@city.example', 'security'])
  writeFileSync(join(dir, 'units.csv'), 'key,parent,name\nfront,,Front Office\n')
  writeFileSync(join(dir, 'people.csv'), 'key,address,name,unit,title\n1,carl@city.example,Carl Counter,front,clerk\n')
  office.run(['feed', 'add', 'list', '--units'])
  office.run(['feed', 'csv', 'list', join(dir, 'people.csv'), '--units', join(dir, 'units.csv'), '--apply'])
  office.newPassword('carl@city.example', office.desk('carl').password)
})
afterAll(async () => {
  await office.close()
  rmSync(dir, { recursive: true, force: true })
})

test.each(['desktop', 'phone'] as const)('a security administrator ties a certificate and a second address to somebody, who is told: %s', async (size) => {
  const guard = office.desk('guard')
  const { page, context, errors } = await newPage(guard, { size })
  await page.goto(guard.url)
  await page.locator('input[name=address]').fill(guard.address)
  await page.locator('input[name=password]').fill(guard.password)
  await page.locator('button[type=submit]').click()
  await page.locator('#list').waitFor()
  await page.goto(`${guard.url}/console/people`)
  await page.getByRole('button', { name: /Carl Counter/ }).click()
  await page.getByRole('button', { name: 'How they sign in' }).click()
  const form = page.getByRole('dialog', { name: 'How Carl Counter signs in' })
  await form.getByLabel('Certificate, as text').fill('no certificate')
  await form.getByRole('button', { name: 'Tie to the account' }).click()
  await form.getByText('This is no certificate.').waitFor()
  expect(await form.getByLabel('Certificate, as text').inputValue()).toBe('no certificate')
  if (size === 'desktop') {
    await form.getByLabel('Certificate, as text').fill(readFileSync(join(dir, 'carl.pem'), 'utf8'))
    await form.getByRole('button', { name: 'Tie to the account' }).click()
  } else await form.locator('input[type=file]').setInputFiles(join(dir, 'carl.der'))
  await form.getByText('From City CA').waitFor()
  await form.getByLabel('New address').fill('carl@elsewhere.example')
  await form.getByRole('button', { name: 'Set', exact: true }).click()
  await form.getByText('carl@elsewhere.example').waitFor()
  expect(await findings(page, 'means')).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  for (const what of ['carl@elsewhere.example', 'Carl Counter']) {
    await form.getByRole('button', { name: `Remove: ${what}` }).click()
    await page.getByRole('alertdialog').or(page.getByRole('dialog', { name: `Remove ${what}?` })).getByRole('button', { name: 'Remove' }).click()
    await expect.poll(() => form.getByRole('button', { name: `Remove: ${what}` }).count()).toBe(0)
  }
  expect(errors.filter((e) => !e.includes('401') && !e.includes('400'))).toEqual([])
  await context.close()

  const carl = await newPage(office.desk('carl'))
  await carl.page.goto(office.url)
  await carl.page.locator('input[name=address]').fill('carl@city.example')
  await carl.page.locator('input[name=password]').fill(office.desk('carl').password)
  await carl.page.locator('button[type=submit]').click()
  await carl.page.getByText('An administrator changed how you sign in').first().waitFor()
  await carl.context.close()
})
