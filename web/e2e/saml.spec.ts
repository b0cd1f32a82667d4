import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { findings } from './axe'
import { newPage, openDesk, type Desk } from './harness'

let desk: Desk
let system: Server
let site = ''
let dir = ''
const heard: URLSearchParams[] = []

/** A system of somebody else's that speaks SAML, and its registration by the operator. */
beforeAll(async () => {
  desk = await openDesk(45)
  system = createServer((req, res) => {
    let body = ''
    req.on('data', (part: Buffer) => (body += part.toString()))
    req.on('end', () => {
      if (req.url === '/acs') heard.push(new URLSearchParams(body))
      res.setHeader('Content-Type', 'text/html')
      res.end('<!doctype html><html lang="en"><title>Attendance</title><p>Attendance</p>')
    })
  })
  await new Promise<void>((done) => system.listen(0, '127.0.0.1', done))
  site = `http://127.0.0.1:${(system.address() as AddressInfo).port}`
  dir = mkdtempSync(join(tmpdir(), 'chancery-saml-'))
  const file = join(dir, 'metadata.xml')
  writeFileSync(
    file,
    `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${site}/saml"><SPSSODescriptor protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol"><AssertionConsumerService Binding="urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST" Location="${site}/acs" index="0"/></SPSSODescriptor></EntityDescriptor>`,
  )
  const office = inject('office')
  execFileSync(office.program, ['sso', 'saml', 'add', file, '--name', '差勤系統', '--attribute', 'mail', '--data', office.data], { stdio: ['ignore', 'ignore', 'inherit'] })
})
afterAll(async () => {
  await desk.close()
  system.close()
  rmSync(dir, { recursive: true, force: true })
})

let requests = 0
const request = (more = ''): string => {
  const doc = `<samlp:AuthnRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_e${++requests}" Version="2.0" IssueInstant="${new Date().toISOString()}" ${more}><saml:Issuer>${site}/saml</saml:Issuer></samlp:AuthnRequest>`
  return `${desk.url}/saml/sso?${new URLSearchParams({ SAMLRequest: deflateRawSync(doc).toString('base64'), RelayState: 'where from' })}`
}
const answer = (): string => Buffer.from(heard.at(-1)?.get('SAMLResponse') ?? '', 'base64').toString()

test.each(['desktop', 'phone'] as const)('a system that speaks SAML learns who one is, after one said yes (%s)', async (size) => {
  const { page, context, errors } = await newPage(desk, { size })
  await page.goto(request())
  await page.locator('input[name=address]').fill(desk.address)
  await page.locator('input[name=password]').fill(desk.password)
  await page.locator('button[type=submit]').click()
  if (size === 'desktop') {
    await page.getByRole('heading', { name: 'Sign on to 差勤系統?' }).waitFor()
    expect(await page.getByRole('listitem').allTextContents()).toEqual(['That it is you', 'Your mail address'])
    expect(await findings(page, 'consent')).toEqual([])
    await page.getByRole('button', { name: 'Refuse' }).click()
    await page.getByText('Attendance').waitFor()
    expect(answer()).toContain('status:RequestDenied')
    await page.goto(request())
    await page.getByRole('button', { name: 'Allow' }).click()
  }
  await page.getByText('Attendance').waitFor()
  expect(page.url()).toBe(`${site}/acs`)
  expect(heard.at(-1)?.get('RelayState')).toBe('where from')
  expect(answer()).toContain(desk.address)
  expect(answer()).toContain(`InResponseTo="_e${requests}"`)

  await page.goto(request('ForceAuthn="true"'))
  await page.getByText('This system asks you to sign in once more.').waitFor()
  expect(await findings(page, 'sign in anew')).toEqual([])
  await page.goto(request('AssertionConsumerServiceURL="https://evil.example/"'))
  await page.getByRole('heading', { name: 'This sign-on is not possible' }).waitFor()
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})
