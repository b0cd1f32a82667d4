import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { findings } from './axe'
import { newPage } from './harness'
import { ownOffice, type OwnOffice } from './own-office'

let office: OwnOffice
beforeAll(async () => {
  office = await ownOffice(['ann', 'bob', 'eve'], { SECRECY_LADDER: 'INT', SECRECY_REQUIRED: 'true' })
  for (const name of ['ann', 'bob']) office.run(['account', 'clear', `${name}@city.example`, 'secret'])
})
afterAll(() => office.close())

const signIn = async (page: Page, name: string): Promise<void> => {
  await page.locator('input[name=address]').fill(`${name}@city.example`)
  await page.locator('input[name=password]').fill(office.desk(name).password)
  await page.locator('button[type=submit]').click()
}

test.each(['desktop', 'phone'] as const)('files by link have a level, which follows the letter: %s', async (size) => {
  const subject = `Shelters ${size} ${Date.now()}`
  const { page, context, errors } = await newPage(office.desk('ann'), { size })
  await page.goto(office.url)
  await signIn(page, 'ann')
  await page.getByRole('button', { name: 'New message' }).click()
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByLabel('To', { exact: true }).fill('bob@city.example,')
  await sheet.getByLabel('Subject').fill(subject)
  await sheet.getByLabel('Level of secrecy').selectOption('public')
  await sheet.getByRole('button', { name: 'More' }).last().click()
  await page.getByRole('menuitem', { name: 'Large files as a link' }).click()
  const dialog = page.getByRole('dialog', { name: 'Send as a link' })
  await dialog.locator('input[type=file]').setInputFiles([{ name: 'plan.bin', mimeType: 'application/octet-stream', buffer: randomBytes(1 << 20) }])
  const level = dialog.getByLabel('Level of secrecy')
  expect(await level.inputValue()).toBe('public')
  await dialog.getByLabel('Who can download').waitFor()
  // Above what leaves the organisation the link is for colleagues, and says so.
  await level.selectOption('confidential')
  await dialog.getByText('Files of this level are for colleagues who sign in.').waitFor()
  expect(await dialog.getByLabel('Who can download').count()).toBe(0)
  expect(await findings(page, 'a level for files')).toEqual([])
  await level.selectOption('public')
  await dialog.getByRole('button', { name: 'Upload and add link' }).click()
  await sheet.getByText(/Available until/).waitFor({ timeout: 60_000 })
  // The writer thinks again: the files become as secret as the letter.
  await sheet.getByLabel('Level of secrecy').selectOption('secret')
  await sheet.getByRole('button', { name: 'Send', exact: true }).first().click()
  await page.getByText('Message sent').waitFor()
  await page.goto(`${office.url}/settings/links`)
  const entry = page.getByRole('listitem').filter({ hasText: 'plan.bin' }).first()
  await entry.getByText('Secret', { exact: true }).waitFor()
  await entry.getByText('Colleagues who sign in').waitFor()
  expect(await findings(page, 'links with levels')).toEqual([])
  await entry.getByRole('button', { name: 'Copy link' }).waitFor()
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()

  // Its reader sees the level; who is not cleared is told of nothing.
  const bob = await newPage(office.desk('bob'), { size })
  await bob.page.goto(office.url)
  await signIn(bob.page, 'bob')
  await bob.page.getByText(subject).first().click()
  const link = (await bob.page.frameLocator('iframe').first().locator('a[href*="/p/"]').first().getAttribute('href')) ?? ''
  await bob.page.goto(link)
  await bob.page.getByText('plan.bin').first().waitFor()
  await bob.page.getByText('Secret', { exact: true }).waitFor()
  await bob.context.close()
  expect((await fetch(link)).status).toBe(403)
  const eve = await newPage(office.desk('eve'), { size })
  await eve.page.goto(office.url)
  await signIn(eve.page, 'eve')
  await eve.page.getByRole('button', { name: 'New message' }).waitFor()
  await eve.page.goto(link)
  await eve.page.getByText('This link is not valid').waitFor()
  await eve.context.close()
})
