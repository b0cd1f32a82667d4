import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findings } from './axe'
import { newPage, type Desk } from './harness'
import { ownOffice, type OwnOffice } from './own-office'

// Its administrator makes levels that would be in the way of everybody else.
let office: OwnOffice
beforeAll(async () => {
  office = await ownOffice(['boss'], {})
  office.run(['role', 'grant', 'boss@city.example', 'system'])
})
afterAll(() => office.close())

const enter = async (page: Page, who: Desk, path: string): Promise<void> => {
  await page.goto(who.url)
  await page.locator('input[name=address]').fill(who.address)
  await page.locator('input[name=password]').fill(who.password)
  await page.locator('button[type=submit]').click()
  await page.getByRole('tree').waitFor()
  await page.goto(who.url + path)
}

const phone = 'Mozilla/5.0 (Linux; Android 16; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Mobile Safari/537.36'

test('a level without phones, push, app passwords and letters outside is made, given, and held to', async () => {
  const boss = office.desk('boss')
  const { page, context, errors } = await newPage(boss)
  await enter(page, boss, '/console/levels')
  await page.getByRole('button', { name: 'Add a level' }).click()
  const form = page.getByRole('dialog', { name: 'Add a level' })
  await form.getByLabel('Name (English)').fill('Counter')
  await form.getByLabel('Largest letter in MB').fill('5')
  await form.getByLabel('Recipients of a letter').fill('20')
  for (const name of ['Web client', 'Mail programs']) await form.getByRole('switch', { name, exact: true }).click()
  await form.getByRole('button', { name: 'Save' }).click()
  await form.getByText('nobody with this level could read their mail').waitFor()
  await form.getByRole('switch', { name: 'Web client', exact: true }).click()
  for (const name of ['Web client on phones and tablets', 'Notices while the browser is closed', 'App passwords', 'Letters to other organisations']) await form.getByRole('switch', { name }).click()
  expect(await findings(page, 'level form')).toEqual([])
  await form.getByRole('button', { name: 'Save' }).click()
  await page.getByText('letters up to 5 MB · 20 recipients at most').waitFor()
  await page.getByText('Without: Web client on phones and tablets, Notices while the browser is closed, Mail programs, App passwords, and Letters to other organisations').waitFor()
  expect(await findings(page, 'levels')).toEqual([])

  await page.getByRole('button', { name: 'Units', exact: true }).click()
  await page.getByRole('button', { name: 'Add a unit' }).first().click()
  const unit = page.getByRole('dialog', { name: 'Add a unit' })
  await unit.getByLabel('Name (English)').fill('Front Office')
  await unit.getByRole('button', { name: 'Save' }).click()
  await unit.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'People', exact: true }).click()
  await page.getByRole('button', { name: 'Add a person' }).click()
  const person = page.getByRole('dialog', { name: 'Add a person' })
  await person.getByLabel('Email address').fill('carl@city.example')
  await person.getByLabel('Name', { exact: true }).fill('Carl Counter')
  await person.getByLabel('Title').fill('Clerk')
  await person.getByLabel('Service level').selectOption('Counter')
  await person.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('dialog', { name: 'First password' }).getByRole('button', { name: 'Done' }).click()
  const carl = office.desk('carl')
  office.newPassword(carl.address, carl.password)

  // A telephone is refused, in words; a computer is let in, without what the level has not.
  const mobile = await newPage(carl, { size: 'phone', language: 'vi' })
  await mobile.context.setExtraHTTPHeaders({ 'User-Agent': phone })
  await mobile.page.goto(carl.url)
  await mobile.page.locator('input[name=address]').fill(carl.address)
  await mobile.page.locator('input[name=password]').fill(carl.password)
  await mobile.page.locator('button[type=submit]').click()
  await mobile.page.getByText('không gồm điện thoại và máy tính bảng').waitFor()
  expect(await findings(mobile.page, 'refused by the level')).toEqual([])
  await mobile.context.close()
  const desktop = await newPage(carl)
  await enter(desktop.page, carl, '/settings/security')
  await desktop.page.getByText('If you do not know one of them').first().waitFor()
  expect(await desktop.page.getByRole('heading', { name: 'Passwords for mail programs' }).count()).toBe(0)
  await desktop.page.goto(`${carl.url}/settings/device`)
  await desktop.page.getByRole('switch', { name: 'Keep recent mail on this device' }).waitFor()
  expect(await desktop.page.getByRole('heading', { name: 'Notifications' }).count()).toBe(0)

  // Whom he may not write to is said where he is added, and sending is refused here already.
  await desktop.page.goto(carl.url)
  await desktop.page.getByRole('button', { name: 'New message' }).click()
  const sheet = desktop.page.getByRole('dialog', { name: 'New message' })
  await sheet.getByLabel('To', { exact: true }).fill('boss@city.example, mayor@elsewhere.example')
  await desktop.page.keyboard.press('Enter')
  await sheet.getByRole('alert').filter({ hasText: 'outside the organisation. Please take out: mayor@elsewhere.example' }).waitFor()
  expect(await sheet.getByLabel('To', { exact: true }).getAttribute('aria-invalid')).toBe('true')
  expect(await findings(desktop.page, 'a recipient that is barred')).toEqual([])
  await sheet.getByLabel('Subject').fill('Within')
  const asked: string[] = []
  desktop.page.on('request', (r) => r.postData()?.includes('EmailSubmission/set') && asked.push(r.url()))
  await desktop.page.keyboard.press('Control+Enter')
  await expect.poll(() => sheet.getByRole('alert').count()).toBe(2)
  expect(asked).toEqual([])
  await sheet.getByRole('button', { name: 'Remove mayor@elsewhere.example' }).click()
  await expect.poll(() => sheet.getByRole('alert').count()).toBe(0)
  await desktop.page.keyboard.press('Control+Enter')
  await desktop.page.getByText('Message sent').waitFor()
  expect(asked).toHaveLength(1)

  // Who has it is shown where it is changed; without the level he is in by telephone too.
  await page.getByRole('button', { name: 'Service levels' }).click()
  await page.getByRole('button', { name: 'Change Counter' }).click()
  const again = page.getByRole('dialog', { name: 'Change the level' })
  await again.getByText('A change holds at once for 1 person.').waitFor()
  await again.getByText('Carl Counter').waitFor()
  await again.getByRole('switch', { name: 'Web client', exact: true }).click()
  await again.getByRole('switch', { name: 'Mail programs', exact: true }).click()
  await again.getByRole('button', { name: 'Save' }).click()
  await again.waitFor({ state: 'detached' })
  expect(await desktop.page.evaluate(() => fetch('/auth/me').then((r) => r.status))).toBe(401)
  await desktop.context.close()
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})
