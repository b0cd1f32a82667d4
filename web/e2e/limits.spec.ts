import { afterAll, beforeAll, expect, test } from 'vitest'
import { findings } from './axe'
import { newPage, type Desk } from './harness'
import { ownOffice, type OwnOffice } from './own-office'

let office: OwnOffice
let ann: Desk
beforeAll(async () => {
  office = await ownOffice(['ann', 'bob'], { PRESETS: 'da-nang', MAIL_MAX_ATTACHMENTS: '1MB', PARCELS_ON: 'false', MAIL_LETTERS_PER_HOUR: '1' })
  ann = office.desk('ann')
})
afterAll(() => office.close())

test.each(['desktop', 'phone'] as const)('files that are too large together are refused before they are sent up: %s', async (size) => {
  const { page, context } = await newPage(ann, { size })
  await page.goto(ann.url)
  await page.locator('input[name=address]').fill(ann.address)
  await page.locator('input[name=password]').fill(ann.password)
  await page.locator('button[type=submit]').click()
  await page.getByRole('button', { name: 'New message' }).click()
  const sheet = page.getByRole('dialog', { name: 'New message' })
  const file = (name: string, kilobytes: number) => ({ name, mimeType: 'application/pdf', buffer: Buffer.alloc(kilobytes << 10, 7) })
  await sheet.locator('input[type=file]').setInputFiles([file('one.pdf', 600)])
  await sheet.locator('input[type=file]').setInputFiles([file('two.pdf', 600), file('three.pdf', 2000)])
  await sheet.getByText(/Together over the limit of 1/).waitFor()
  await sheet.getByText(/Larger than the limit of 1/).waitFor()
  expect(await findings(page, 'files over the limit')).toEqual([])
  await context.close()
})

test('who has sent as many letters as may go in an hour is told so, and keeps the letter', async () => {
  const { page, context } = await newPage(ann)
  await page.goto(ann.url)
  await page.locator('input[name=address]').fill(ann.address)
  await page.locator('input[name=password]').fill(ann.password)
  await page.locator('button[type=submit]').click()
  for (const subject of ['The first', 'The second']) {
    await page.getByRole('button', { name: 'New message' }).click()
    const sheet = page.getByRole('dialog', { name: 'New message' })
    await sheet.getByLabel('To', { exact: true }).fill('bob@city.example,')
    await sheet.getByLabel('Subject').fill(subject)
    await sheet.getByRole('button', { name: 'Send', exact: true }).click()
    if (subject === 'The first') await sheet.waitFor({ state: 'detached' })
    else await sheet.getByText('as much as is allowed for now').waitFor()
  }
  await context.close()
})
