import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { findings } from './axe'
import { newPage, type Size } from './harness'
import { ownOffice, type OwnOffice } from './own-office'

let office: OwnOffice
beforeAll(async () => {
  office = await ownOffice(['ann', 'bob', 'eve'], { SECRECY_LADDER: 'TW', SECRECY_REQUIRED: 'true' })
  for (const name of ['ann', 'bob']) office.run(['account', 'clear', `${name}@city.example`, 'secret'])
})
afterAll(() => office.close())

async function enter(name: string, size: Size = 'desktop', language = 'en'): Promise<{ page: Page; close: () => Promise<void> }> {
  const desk = office.desk(name)
  const { page, context } = await newPage(desk, { size, language })
  await page.goto(office.url)
  await page.locator('input[name=address]').fill(desk.address)
  await page.locator('input[name=password]').fill(desk.password)
  await page.locator('button[type=submit]').click()
  await page.locator('input[name=password]').waitFor({ state: 'detached' })
  return { page, close: () => context.close() }
}

test('a level is chosen, kept from who is not cleared, inherited by the answer, and changed with a reason', async () => {
  const subject = `Site of the shelter ${Date.now()}`
  const ann = await enter('ann')
  await ann.page.getByRole('button', { name: 'New message' }).click()
  const sheet = ann.page.getByRole('dialog', { name: 'New message' })
  await sheet.getByLabel('To', { exact: true }).fill('bob@city.example, eve@city.example,')
  await sheet.getByLabel('Subject').fill(subject)
  const level = sheet.getByLabel('Level of secrecy')
  await level.waitFor()
  await sheet.getByRole('button', { name: 'Send', exact: true }).click()
  await sheet.getByRole('alert').getByText('Choose how secret the letter is.').waitFor()
  // Nothing above one's own is there to be chosen.
  expect(await level.locator('option').allInnerTexts()).toEqual(['Choose how secret the letter is.', 'Ordinary', 'Restricted', 'Confidential', 'Secret'])
  // What is written is looked at when the writer pauses.
  await sheet.locator('[data-body]').fill('Of the keeper A123456789 we know nothing.')
  await sheet.getByText('It holds 1 number of an identity paper. Restricted or higher is advised.').waitFor()
  await sheet.getByRole('button', { name: 'Choose Restricted' }).click()
  expect(await level.inputValue()).toBe('internal')
  await level.selectOption('secret')
  expect(await findings(ann.page, 'choosing a level')).toEqual([])
  await sheet.getByRole('button', { name: 'Send', exact: true }).click()
  await sheet.getByRole('alert').getByText('A recipient may not see letters of this level.').waitFor()
  await sheet.getByRole('button', { name: /Remove .*eve/ }).click()
  await sheet.getByRole('button', { name: 'Send', exact: true }).click()
  await sheet.waitFor({ state: 'detached' })
  await ann.close()

  // In the reader's own language, on a telephone.
  const bob = await enter('bob', 'phone', 'zh-TW')
  const row = bob.page.getByRole('row', { name: new RegExp(subject) })
  await row.waitFor({ timeout: 30_000 })
  await row.getByText('極機密', { exact: true }).waitFor()
  expect(await findings(bob.page, 'a list with levels')).toEqual([])
  await row.click()
  await bob.page.getByRole('article').getByText('極機密', { exact: true }).waitFor()
  expect(await findings(bob.page, 'a letter with a level')).toEqual([])
  await bob.page.getByRole('button', { name: '回覆', exact: true }).first().click()
  const answer = bob.page.getByRole('dialog')
  const same = answer.getByLabel('密等')
  await same.waitFor()
  expect(await same.inputValue()).toBe('secret')
  expect(await same.locator('option').allInnerTexts()).toEqual(['極機密'])
  expect(await bob.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  await bob.close()
})

test('a letter is made more secret with a reason, and then is not there for who may not see it', async () => {
  const subject = `Plan of the streets ${Date.now()}`
  const ann = await enter('ann')
  await ann.page.getByRole('button', { name: 'New message' }).click()
  const sheet = ann.page.getByRole('dialog', { name: 'New message' })
  await sheet.getByLabel('To', { exact: true }).fill('eve@city.example,')
  await sheet.getByLabel('Subject').fill(subject)
  await sheet.getByLabel('Level of secrecy').selectOption('internal')
  await sheet.getByRole('button', { name: 'Send', exact: true }).click()
  await sheet.waitFor({ state: 'detached' })
  await ann.close()
  const eve = await enter('eve')
  await eve.page.getByRole('row', { name: new RegExp(subject) }).click({ timeout: 30_000 })
  await eve.page.getByRole('article').getByRole('button', { name: 'Change level' }).click()
  const ask = eve.page.getByRole('dialog', { name: 'Another level of secrecy' })
  await ask.getByLabel('Level of secrecy').waitFor()
  // She is cleared for no more, and makes nothing less secret.
  expect(await ask.getByLabel('Level of secrecy').locator('option').allInnerTexts()).toEqual(['Restricted'])
  await ask.getByRole('button', { name: 'Change level' }).click()
  await ask.getByText('Say why the level changes.').waitFor()
  expect(await findings(eve.page, 'another level')).toEqual([])
  await eve.close()
})
