import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findings } from './axe'
import { newPage, type Desk } from './harness'
import { ownOffice, type OwnOffice } from './own-office'

let office: OwnOffice
let ann: Desk
beforeAll(async () => {
  office = await ownOffice(['ann', 'bob'], { MAIL_MAX_ATTACHMENTS: '1MB' })
  ann = office.desk('ann')
})
afterAll(() => office.close())

const signIn = async (page: Page, desk: Desk): Promise<void> => {
  await page.goto(desk.url)
  await page.locator('input[name=address]').fill(desk.address)
  await page.locator('input[name=password]').fill(desk.password)
  await page.locator('button[type=submit]').click()
  await page.getByRole('button', { name: 'New message' }).waitFor()
}

const sumOf = (b: Buffer): string => createHash('sha256').update(b).digest('hex')

test.each(['desktop', 'phone'] as const)('a file over the limit goes as a link with a password, and a stranger fetches it: %s', async (size) => {
  const bytes = randomBytes(12 << 20)
  const name = `平面圖 ${size} ${Date.now()}.bin`
  const { page, context, errors } = await newPage(ann, { size })
  await signIn(page, ann)
  await page.getByRole('button', { name: 'New message' }).click()
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByLabel('To', { exact: true }).fill('bob@city.example,')
  await sheet.getByLabel('Subject').fill(name)
  await sheet.locator('input[type=file]').first().setInputFiles([{ name, mimeType: 'application/octet-stream', buffer: bytes }])
  const dialog = page.getByRole('dialog', { name: 'Send as a link' })
  await dialog.getByText(name).waitFor()
  await dialog.getByRole('switch', { name: 'Ask for a password' }).click()
  const password = await dialog.getByLabel('Password', { exact: true }).inputValue()
  expect(password).toMatch(/^[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}$/)
  expect(await findings(page, 'send as a link')).toEqual([])
  await dialog.getByRole('button', { name: 'Upload and add link' }).click()
  const card = sheet.getByRole('list', { name: 'Large files' })
  await card.getByText(/Available until/).waitFor({ timeout: 60_000 })
  await card.getByText(password).waitFor()
  expect(await findings(page, 'a letter with a link')).toEqual([])
  await sheet.getByRole('button', { name: 'Send', exact: true }).first().click()
  await page.getByText('Message sent').waitFor()

  await page.goto(`${ann.url}/settings/links`)
  const entry = page.getByRole('listitem').filter({ hasText: name })
  await entry.getByText('Not downloaded yet').waitFor()
  expect(await findings(page, 'large files')).toEqual([])

  const link = await linkIn(office.desk('bob'), name, 'The password is told separately.')
  await fetchIt(link, password, name, bytes, size)

  await page.reload()
  await entry.getByText('Downloaded once').waitFor()
  await entry.getByRole('button', { name: 'Downloads' }).click()
  await page.getByRole('dialog').getByText('Complete').waitFor()
  await page.keyboard.press('Escape')
  await entry.getByRole('button', { name: 'Close link' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Close link' }).click()
  await entry.getByText('Closed').waitFor()
  const after = await fetch(link)
  expect([after.status, await after.text()]).toEqual([404, expect.stringContaining('This link is not valid')])
  // Before the sign-in the client asks who is there.
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})

test('a link for colleagues wants a sign-in, and leads on from there', async () => {
  const { page, context } = await newPage(ann)
  await signIn(page, ann)
  await page.getByRole('button', { name: 'New message' }).click()
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByLabel('To', { exact: true }).fill('bob@city.example,')
  await sheet.getByLabel('Subject').fill('For colleagues')
  await sheet.locator('input[type=file]').first().setInputFiles([{ name: 'inner.bin', mimeType: 'application/octet-stream', buffer: randomBytes(2 << 20) }])
  await page.getByLabel('Who can download').selectOption('Colleagues who sign in')
  await page.getByRole('button', { name: 'Upload and add link' }).click()
  await sheet.getByText(/Available until/).waitFor({ timeout: 60_000 })
  await sheet.getByRole('button', { name: 'Send', exact: true }).first().click()
  await page.getByText('Message sent').waitFor()
  await context.close()
  const link = await linkIn(office.desk('bob'), 'For colleagues', 'inner.bin')
  expect((await fetch(link)).status).toBe(403)

  const bob = await newPage(ann)
  await bob.page.goto(link)
  expect(await bob.page.content()).not.toContain('inner.bin')
  await bob.page.getByRole('link', { name: 'Sign in' }).click()
  await bob.page.locator('input[name=address]').fill(office.desk('bob').address)
  await bob.page.locator('input[name=password]').fill(office.desk('bob').password)
  await bob.page.locator('button[type=submit]').click()
  await bob.page.waitForURL(link)
  const [download] = await Promise.all([bob.page.waitForEvent('download'), bob.page.getByRole('link', { name: 'Download inner.bin' }).click()])
  expect(download.suggestedFilename()).toBe('inner.bin')
  await bob.context.close()
})

/** The link in the newest letter with a subject, as its recipient reads it. */
async function linkIn(desk: Desk, subject: string, says: string): Promise<string> {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.getByText(subject).first().click()
  const frame = page.frameLocator('iframe').first()
  const anchor = frame.locator('a[href*="/p/"]').first()
  await anchor.waitFor()
  expect(await frame.locator('body').innerText()).toContain(says)
  const link = (await anchor.getAttribute('href')) ?? ''
  await context.close()
  return link
}

/** What somebody without an account does with a link. */
async function fetchIt(link: string, password: string, name: string, bytes: Buffer, size: 'desktop' | 'phone'): Promise<void> {
  const { page, context, errors } = await newPage(ann, { size })
  await page.goto(link)
  await page.getByLabel('Password').fill('wrong password')
  await page.getByRole('button', { name: 'Show the files' }).click()
  await page.getByText('The password is wrong.').waitFor()
  expect(await page.content()).not.toContain(name)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Show the files' }).click()
  await page.getByText(name).first().waitFor()
  // The page itself lets no script run, axe's neither: a copy of it is looked at.
  const copy = await context.newPage()
  await copy.setContent(await page.content())
  expect(await findings(copy, 'the page of a link', true)).toEqual([])
  await copy.close()
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: `Download ${name}` }).click()])
  expect(download.suggestedFilename()).toBe(name)
  expect(sumOf(readFileSync(await download.path()))).toBe(sumOf(bytes))
  // The wrong password is answered 403, which the browser notes.
  expect(errors.filter((e) => !e.includes('403'))).toEqual([])
  await context.close()
}

test('an upload goes on after a reload, and can be given up', async () => {
  const { page, context } = await newPage(ann)
  await signIn(page, ann)
  const dir = mkdtempSync(join(tmpdir(), 'chancery-parcel-'))
  const file = join(dir, 'long.bin')
  writeFileSync(file, randomBytes(40 << 20))
  const begin = async (): Promise<void> => {
    await page.getByRole('button', { name: 'New message' }).click()
    await page.getByRole('dialog', { name: 'New message' }).locator('input[type=file]').first().setInputFiles([file])
    await page.getByRole('button', { name: 'Upload and add link' }).click()
  }
  // The second piece of 32 MiB never arrives.
  let pieces = 0
  await page.route('**/tus/*', (r) => (r.request().method() === 'PATCH' && ++pieces > 1 ? r.abort() : r.continue()))
  await begin()
  await page.waitForFunction(() => Object.keys(localStorage).some((k) => k.startsWith('tus::')))
  await expect.poll(() => pieces, { timeout: 30_000 }).toBeGreaterThan(1)
  page.on('dialog', (d) => void d.accept())
  await page.reload()
  await page.unroute('**/tus/*')
  const sent: string[] = []
  page.on('request', (r) => r.method() === 'PATCH' && sent.push(r.headers()['upload-offset'] ?? ''))
  await begin()
  await page.getByText(/Available until/).waitFor({ timeout: 60_000 })
  expect(Number(sent[0])).toBeGreaterThanOrEqual(32 << 20)

  await page.route('**/tus/*', (r) => (r.request().method() === 'PATCH' ? new Promise(() => {}) : r.continue()))
  await page.getByRole('button', { name: 'Remove long.bin' }).click()
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.locator('input[type=file]').first().setInputFiles([{ name: 'other.bin', mimeType: 'application/octet-stream', buffer: randomBytes(3 << 20) }])
  await page.getByRole('button', { name: 'Upload and add link' }).click()
  const given = page.waitForRequest((r) => r.method() === 'DELETE' && r.url().includes('/tus/'))
  await page.getByRole('button', { name: 'Cancel upload of other.bin' }).click()
  await given
  await sheet.getByRole('list', { name: 'Large files' }).waitFor({ state: 'detached' })
  await context.close()
  rmSync(dir, { recursive: true })
})
