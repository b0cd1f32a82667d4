import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { until } from './api'
import { findings } from './axe'
import { newPage, type Desk } from './harness'
import { MailSink } from './mail-sink'
import { ownOffice, type OwnOffice } from './own-office'

const contact = 'hoa@elsewhere.example'
const card = { name: 'card.png', mimeType: 'image/png', buffer: Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64') }
let sink: MailSink
let office: OwnOffice
beforeAll(async () => {
  sink = await MailSink.open()
  office = await ownOffice(['chief', 'ann'], { APPLICATIONS_OPEN: 'true', APPLICATIONS_MAX_PAPER: '1MB', QUEUE_SMARTHOST: sink.address, QUEUE_SMARTHOST_TLS: 'none' })
  office.run(['role', 'grant', 'chief@city.example', 'system'])
})
afterAll(async () => {
  await office.close()
  sink.close()
})

const fits = (page: Page): Promise<boolean> => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)

async function enter(page: Page, d: Desk, password = d.password): Promise<void> {
  await page.goto(d.url)
  await page.locator('input[name=address]').fill(d.address)
  await page.locator('input[name=password]').fill(password)
  await page.locator('button[type=submit]').click()
}

/** Fills the form, sends it, and confirms it by the letter. */
async function apply(page: Page, address: string): Promise<void> {
  for (const [name, value] of Object.entries({ name: 'Lê Thị Hoa', number: 'A-1234', agency: 'Works, Roads', title: 'Clerk', contact, address })) await page.locator(`input[name=${name}]`).fill(value)
  await page.locator('input[type=file]').setInputFiles([card])
  const before = sink.newest(contact)
  await page.locator('button[type=submit]').click()
  await page.getByRole('status').filter({ hasText: contact }).waitFor()
  const letter = await until(() => Promise.resolve(sink.newest(contact) === before ? undefined : sink.newest(contact)), 'the letter is there')
  await page.goto(`about:blank`)
  await page.goto(`${office.url}/apply#${/\/apply#(\S+)/.exec(letter)?.[1] ?? ''}`)
}

test('somebody applies on a phone, the officer looks at the papers on one and opens the account', async () => {
  const ann = office.desk('ann')
  const { page, context } = await newPage(ann, { size: 'phone' })
  await page.goto(office.url)
  await page.getByRole('link', { name: 'Apply for one' }).click()
  await page.getByRole('heading', { name: 'Apply for an account' }).waitFor()
  await page.locator('button[type=submit]').click()
  expect(await page.getByText('Please fill in this field.').count()).toBe(5)
  await page.getByText('Please enclose a proof of who you are.').waitFor()
  await page.locator('input[type=file]').setInputFiles([{ name: 'card.html', mimeType: 'text/html', buffer: Buffer.from('<html>') }, { name: 'huge.png', mimeType: 'image/png', buffer: Buffer.alloc(2 << 20) }])
  await page.getByText(/card.html is not taken/).waitFor()
  expect(await findings(page, 'the form with what is wrong')).toEqual([])
  expect(await fits(page)).toBe(true)
  await apply(page, 'hoa@city.example')
  await page.getByRole('button', { name: 'Confirm the application' }).click()
  await page.getByText('Your application waits for the personnel officer').waitFor()
  expect(page.url()).not.toContain('#')
  await context.close()

  const chief = office.desk('chief')
  const desk = await newPage(chief, { size: 'phone' })
  await enter(desk.page, chief)
  await desk.page.getByRole('button', { name: 'New message' }).waitFor()
  await desk.page.goto(`${office.url}/console/applications`)
  await desk.page.getByRole('navigation').getByLabel('1 waiting').waitFor()
  await desk.page.getByRole('button', { name: 'Decide the application of Lê Thị Hoa' }).click()
  const dialog = desk.page.getByRole('dialog', { name: 'Lê Thị Hoa' })
  await dialog.getByText('A-1234').waitFor()
  expect(await findings(desk.page, 'deciding an application')).toEqual([])
  const [download] = await Promise.all([desk.page.waitForEvent('download'), dialog.getByRole('link', { name: 'card.png' }).click()])
  expect(download.suggestedFilename()).toBe('card.png')
  // With one hand: what decides is large, and below the middle of the telephone.
  const box = await dialog.getByRole('button', { name: 'Open the account' }).boundingBox()
  expect(box?.height).toBeGreaterThanOrEqual(40)
  expect(box?.y).toBeGreaterThan(422)
  expect(await fits(desk.page)).toBe(true)
  await dialog.getByRole('button', { name: 'Open the account' }).click()
  const password = (await desk.page.getByRole('dialog').locator('p').last().textContent()) ?? ''
  expect(password).toMatch(/^Cx2-/)
  await desk.page.getByRole('button', { name: 'Done' }).click()
  await desk.page.getByText('No application waits for you.').waitFor()
  await expect.poll(() => desk.page.getByLabel('1 waiting').count()).toBe(0)
  await desk.context.close()
  await until(() => Promise.resolve(sink.newest(contact)?.includes('hoa@city.example')), 'the applicant is told')

  // The one-time password opens the account once a password of her own is chosen.
  const hoa = await newPage(ann)
  await enter(hoa.page, { ...ann, address: 'hoa@city.example' }, password)
  await hoa.page.getByText('This password was given to you by somebody else.').waitFor()
  await hoa.context.close()
})

test('a refusal is told in the words of the officer; the form fits every language', async () => {
  const ann = office.desk('ann')
  const { page, context } = await newPage(ann, { language: 'vi' })
  await page.goto(`${office.url}/apply`)
  await page.getByRole('heading', { name: 'Xin cấp tài khoản' }).waitFor()
  expect(await findings(page, 'the form in Vietnamese')).toEqual([])
  await apply(page, 'hoa.le@city.example')
  await page.getByRole('button', { name: 'Xác nhận đơn' }).click()
  await page.getByText('Đơn đang chờ cán bộ nhân sự').waitFor()
  await context.close()

  const chief = office.desk('chief')
  const desk = await newPage(chief)
  await enter(desk.page, chief)
  await desk.page.getByRole('button', { name: 'New message' }).waitFor()
  await desk.page.goto(`${office.url}/console/applications`)
  await desk.page.getByRole('button', { name: 'Decide the application of Lê Thị Hoa' }).click()
  await desk.page.getByRole('button', { name: 'Refuse', exact: true }).click()
  await desk.page.getByRole('button', { name: 'Refuse', exact: true }).click()
  await desk.page.getByText('Please say why.').waitFor()
  await desk.page.getByLabel('Why').fill('Please apply in your own bureau.')
  expect(await fits(desk.page)).toBe(true)
  await desk.page.getByRole('button', { name: 'Refuse', exact: true }).click()
  await desk.page.getByText('No application waits for you.').waitFor()
  await desk.context.close()
  await until(() => Promise.resolve(sink.newest(contact)?.includes('Please apply in your own bureau.')), 'the applicant is told why')
})
