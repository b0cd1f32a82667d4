import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { Api } from './api'
import { findings } from './axe'
import { newPage, type Desk } from './harness'
import { ownOffice, type OwnOffice } from './own-office'

const body = `# Điều 1. Phạm vi\nQuy chế này áp dụng cho mọi người.\n\n- một\n- hai\n\n${Array.from({ length: 40 }, (_, n) => `Điều ${n + 2}. Không cho người khác mượn tài khoản.`).join('\n\n')}`
let office: OwnOffice
let chief: Desk
let api: Api
beforeAll(async () => {
  office = await ownOffice(['chief', 'ann', 'bob'], {})
  office.run(['role', 'grant', 'chief@city.example', 'security'])
  chief = office.desk('chief')
  api = Api.of(chief)
})
afterAll(() => office.close())

const fits = (page: Page): Promise<boolean> => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)

async function enter(page: Page, d: Desk): Promise<void> {
  await page.goto(d.url)
  await page.locator('input[name=address]').fill(d.address)
  await page.locator('input[name=password]').fill(d.password)
  await page.locator('button[type=submit]').click()
}

/** What a mail program is told. */
const program = (d: Desk): Promise<number> => fetch(`${d.url}/.well-known/jmap`, { headers: { Authorization: `Basic ${btoa(`${d.address}:${d.password}`)}` } }).then((r) => r.status)

/** Puts a text into force by the API. */
async function publish(title: string, within: number | null, open = false): Promise<string> {
  const made = await api.call<{ created: { new: { id: string } } }>('RegulationVersion/set', { create: { new: { ruleId: null, texts: { en: { title, body } }, starts: null, within, public: open, unitIds: [] } } })
  const id = made.created.new.id
  await api.call('RegulationVersion/publish', { id, tell: false })
  return id
}

test('a security administrator writes and publishes a text; a person reads it, waits, and accepts it', async () => {
  const { page, context, errors } = await newPage(chief)
  await enter(page, chief)
  await page.getByRole('button', { name: 'New message' }).waitFor()
  await page.goto(`${office.url}/console/rulebook`)
  await page.getByText('There are no regulations yet').waitFor()
  await page.getByRole('button', { name: 'New regulation' }).click()
  const form = page.getByRole('dialog', { name: 'New regulation' })
  await form.getByRole('button', { name: 'Save the draft' }).click()
  await form.getByText('A text has a title and a wording.').waitFor()
  await form.getByLabel('Title').fill('Use of mail')
  await form.getByLabel('Text', { exact: true }).fill(body)
  await form.getByLabel('Acceptance').selectOption('days')
  await form.getByLabel('Days').fill('7')
  expect(await findings(page, 'writing a regulation')).toEqual([])
  await form.getByRole('button', { name: 'Save the draft' }).click()
  await form.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Publish' }).click()
  const look = page.getByRole('dialog', { name: 'Publish “Use of mail”' })
  await look.getByText('3 people').waitFor()
  expect(await findings(page, 'before publishing')).toEqual([])
  await look.getByRole('button', { name: 'Publish' }).click()
  await page.getByText('In force', { exact: true }).waitFor()
  expect(errors.filter((e) => !e.includes('401'))).toEqual([]) // before anybody is signed in

  const ann = office.desk('ann')
  const phone = await newPage(ann, { size: 'phone' })
  await enter(phone.page, ann)
  const ask = phone.page.getByRole('alertdialog', { name: 'Please read and accept' })
  await ask.getByRole('heading', { name: 'Use of mail' }).waitFor()
  const accept = ask.getByRole('button', { name: 'I have read and accept this' })
  expect(await accept.isDisabled()).toBe(true)
  expect(await findings(phone.page, 'to be accepted')).toEqual([])
  expect(await fits(phone.page)).toBe(true)
  await ask.getByRole('button', { name: 'Later' }).click()
  await ask.waitFor({ state: 'detached' })
  expect(await program(ann)).toBe(200)
  await phone.page.reload()
  await ask.getByRole('region', { name: 'Use of mail' }).waitFor()
  await phone.page.keyboard.press('End')
  await expect.poll(() => accept.isEnabled()).toBe(true)
  await accept.click()
  await phone.page.getByText('Your acceptance was recorded').waitFor()
  await phone.page.goto(`${office.url}/settings/regulations`)
  await phone.page.getByText(/You accepted this on/).waitFor()
  expect(await phone.page.locator('article li').allTextContents()).toEqual(['một', 'hai'])
  expect(await findings(phone.page, 'the rule book')).toEqual([])
  await phone.context.close()

  await page.getByRole('button', { name: 'Who accepted Use of mail' }).click()
  const report = page.getByRole('dialog', { name: 'Use of mail' })
  await report.getByText('1 of 3 accepted').waitFor()
  await report.getByRole('list', { name: 'People' }).getByText('bob@city.example').waitFor()
  expect(await findings(page, 'who accepted')).toEqual([])
  const [file] = await Promise.all([page.waitForEvent('download'), report.getByRole('link', { name: 'Export (CSV)' }).click()])
  expect(file.suggestedFilename()).toMatch(/^accepted-.*\.csv$/)
  await report.getByText('Accepted', { exact: true }).last().click()
  await report.getByRole('list', { name: 'People' }).getByText('ann@city.example').waitFor()
  await context.close()
})

test('after the term nothing opens by any door before the text is accepted at sign-in', async () => {
  const bob = office.desk('bob')
  const { page, context } = await newPage(bob, { size: 'phone' })
  await enter(page, bob)
  await page.getByRole('alertdialog').getByRole('button', { name: 'Later' }).click()
  await publish('Devices', 0)
  expect(await program(bob)).toBe(401)
  expect(await page.evaluate(() => fetch('/auth/me').then((r) => r.status))).toBe(401)
  await enter(page, bob)
  await page.getByText('Before anything opens, please read').waitFor()
  expect(await page.evaluate(() => fetch('/auth/me').then((r) => r.status))).toBe(401)
  const accept = page.getByRole('button', { name: 'I have read and accept this' })
  expect(await accept.isDisabled()).toBe(true)
  expect(await findings(page, 'accept at sign-in')).toEqual([])
  expect(await fits(page)).toBe(true)
  await page.getByRole('region', { name: 'Devices' }).press('End')
  await expect.poll(() => accept.isEnabled()).toBe(true)
  await accept.tap()
  // The other text has time left: it can wait still.
  await page.getByRole('alertdialog').getByRole('button', { name: 'Later' }).click()
  await page.getByRole('button', { name: 'New message' }).waitFor()
  expect(await program(bob)).toBe(200)
  await context.close()
})

test('what is marked for everybody is read from the sign-in page', async () => {
  const ann = office.desk('ann')
  const { page, context, errors } = await newPage(ann)
  // The administrator is asked too, by every door.
  expect(await program(chief)).toBe(401)
  await enter(page, chief)
  await page.getByRole('region', { name: 'Devices' }).press('End')
  await page.getByRole('button', { name: 'I have read and accept this' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Later' }).click()
  await publish('For citizens', null, true)
  await context.clearCookies()
  await page.goto(office.url)
  await page.getByRole('link', { name: 'Regulations of this office' }).click()
  await page.getByRole('heading', { name: 'For citizens' }).waitFor()
  expect(await page.getByText('Use of mail').count()).toBe(0)
  expect(await findings(page, 'the public rule book')).toEqual([])
  await page.getByRole('link', { name: 'To sign-in' }).click()
  await page.locator('input[name=address]').waitFor()
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})
