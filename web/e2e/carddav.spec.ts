import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findings } from './axe'
import { newPage, type Desk, type Size } from './harness'
import { ownOffice, type OwnOffice } from './own-office'

let office: OwnOffice
let closed: OwnOffice
let desk: Desk
beforeAll(async () => {
  office = await ownOffice(['ann'], {})
  closed = await ownOffice(['ann'], { DAV_CARDDAV: 'false' })
  desk = office.desk('ann')
})
afterAll(async () => {
  await office.close()
  await closed.close()
})

/** Signs in to an office in which there are no letters yet. */
async function signIn(page: Page, d: Desk): Promise<void> {
  await page.goto(d.url)
  await page.locator('input[name=address]').fill(d.address)
  await page.locator('input[name=password]').fill(d.password)
  await page.locator('button[type=submit]').click()
  await page.locator('input[name=password]').waitFor({ state: 'detached' })
}

/** What a program that speaks CardDAV sends. */
async function program(method: string, address: string, headers: Record<string, string> = {}, body?: string): Promise<{ status: number; text: string }> {
  const r = await fetch(address, { method, ...(body === undefined ? {} : { body }), headers: { Authorization: `Basic ${btoa(`${desk.address}:${desk.password}`)}`, ...headers } })
  return { status: r.status, text: await r.text() }
}

const find = async (address: string, property: string): Promise<string> => {
  const { status, text } = await program('PROPFIND', address, { Depth: '0' }, `<propfind xmlns="DAV:"><prop>${property}</prop></propfind>`)
  expect(status).toBe(207)
  const href = [...text.matchAll(/<d:href>([^<]+)<\/d:href>/g)][1]?.[1] ?? ''
  return new URL(href, address).href
}

test.each<Size>(['desktop', 'phone'])('the address for telephones is shown, and leads a program to the address book that the web client shows: %s', async (size) => {
  const { page, context, errors } = await newPage(desk, { size, language: size === 'phone' ? 'vi' : 'en' })
  await signIn(page, desk)
  await page.goto(`${office.url}/settings/security`)
  const shown = page.getByText('(CardDAV)').locator('code')
  await shown.waitFor()
  const address = (await shown.textContent()) ?? ''
  expect(address).toBe(`${office.url}/dav/`)
  expect(await findings(page, 'security')).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)

  const principal = await find(address, '<current-user-principal/>')
  const home = await find(principal, '<addressbook-home-set xmlns="urn:ietf:params:xml:ns:carddav"/>')
  const { text } = await program('PROPFIND', home, { Depth: '1' })
  const book = new URL(/<d:href>([^<]+\/k[0-9a-z]+\/)<\/d:href>/.exec(text)?.[1] ?? '', home).href
  const put = await program('PUT', `${book}${size}.vcf`, { 'Content-Type': 'text/vcard' }, `BEGIN:VCARD\r\nVERSION:3.0\r\nUID:${size}\r\nN:Trần;${size};;;\r\nFN:Trần ${size}\r\nTEL;TYPE=CELL:+84 90 1\r\nEND:VCARD\r\n`)
  expect(put.status).toBeLessThan(300)
  if (size === 'desktop') {
    await page.goto(`${office.url}/contacts`)
    await page.getByText(`Trần ${size}`).first().waitFor()
  }
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})

test('where the door is closed no address is shown', async () => {
  const { page, context } = await newPage(closed.desk('ann'))
  await signIn(page, closed.desk('ann'))
  await page.goto(`${closed.url}/settings/security`)
  await page.getByRole('button', { name: 'Make a password' }).waitFor()
  expect(await page.getByText('(CardDAV)').count()).toBe(0)
  expect((await fetch(`${closed.url}/dav/`, { method: 'PROPFIND' })).status).toBe(405)
  await context.close()
})
