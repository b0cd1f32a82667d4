import { afterAll, beforeAll, expect, test } from 'vitest'
import { findings } from './axe'
import { newPage } from './harness'
import { ownOffice, type OwnOffice } from './own-office'

let office: OwnOffice
beforeAll(async () => {
  office = await ownOffice(['guard', 'ann'], { PRESETS: 'single-phone', PASSWORDS_MAX_MONTHS: '6', MAIL_LETTERS_PER_HOUR: '300' })
  office.run(['role', 'grant', 'guard@city.example', 'security'])
})
afterAll(() => office.close())

test.each([['desktop', 'en'], ['phone', 'en']] as const)('rules are read as sentences, and whom another would touch is asked for: %s', async (size, language) => {
  const guard = office.desk('guard')
  const { page, context } = await newPage(guard, { size, language })
  await page.goto(office.url)
  await page.locator('input[name=address]').fill(guard.address)
  await page.locator('input[name=password]').fill(guard.password)
  await page.locator('button[type=submit]').click()
  await page.getByRole('button', { name: 'New message' }).waitFor()
  await page.goto(`${office.url}/console/policy`)
  const devices = page.getByRole('region', { name: 'Devices and sessions' })
  await devices.getByText('One; a second ends the first').waitFor()
  await devices.getByText('preset single-phone').waitFor()
  await page.getByRole('region', { name: 'Passwords' }).getByText('environment').waitFor()
  const mail = page.getByRole('region', { name: 'Mail', exact: true })
  await mail.getByText('300 environment').waitFor()
  await mail.getByText('Rules may send letters on outside').waitFor()
  const ask = page.getByRole('region', { name: 'Whom would it touch?' })
  await ask.getByRole('button', { name: 'Show' }).click()
  await ask.getByText('2 people').waitFor()
  await ask.getByText('ann@city.example').waitFor()
  await ask.getByText('zones.outer.needs = "two"').waitFor()
  await ask.getByLabel('A rule that touches those who').selectOption('password')
  await ask.getByLabel('For how many months').fill('0')
  await ask.getByRole('button', { name: 'Show' }).click()
  await ask.getByText('From 1 to 120').waitFor()
  await ask.getByLabel('For how many months').fill('3')
  await ask.getByRole('button', { name: 'Show' }).click()
  await ask.getByText('Nobody').waitFor()
  expect(await findings(page, 'rules in force')).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  await context.close()
})
