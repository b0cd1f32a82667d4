import { mkdirSync } from 'node:fs'
import { afterAll, beforeAll, test } from 'vitest'
import { Api, letter } from './api'
import { newPage, openDesk, signIn, type Desk } from './harness'

// Pictures of what puts letters off and of what is said about their senders.
const out = process.env['SHOTS'] ?? '/tmp/chancery-shots'
const run = Date.now()
let desk: Desk
let api: Api
beforeAll(async () => {
  mkdirSync(out, { recursive: true })
  desk = await openDesk(0)
  api = Api.of(desk)
})
afterAll(() => desk.close())

test.each([['desktop', 'zh-TW', 'light'], ['desktop', 'vi', 'dark'], ['phone', 'vi', 'light'], ['phone', 'zh-TW', 'dark']] as const)('%s %s %s', async (size, language, theme) => {
  const name = `${run}-${size}-${language}`
  await api.deliver(
    letter(`Invoice ${name}`, '<p>Please look at <a href="https://evil.example/pay?id=7">https://bank.example/pay</a> before noon.</p>', {
      From: `Grace Ellison <grace.ellison.${run}@outside.example>`,
      'Reply-To': 'money@other.example',
      'Disposition-Notification-To': 'grace@outside.example',
      'Content-Type': 'text/html; charset=utf-8',
    }),
  )
  const id = await api.deliver(letter(`Asleep ${name}`, 'Some words'))
  const until = new Date(Date.now() + 3 * 24 * 3600_000).toISOString().replace(/\.\d+Z$/, 'Z')
  await api.call('Email/set', { update: { [id]: { snoozed: { until, mailboxId: null, setKeywords: null }, reminder: { at: until, unlessAnswered: true } } } })
  const { page, context } = await newPage(desk, { size, language, theme })
  const shot = async (what: string): Promise<void> => {
    await page.waitForTimeout(500)
    await page.screenshot({ path: `${out}/later-${size}-${language}-${theme}-${what}.png` })
  }
  await signIn(page, desk)
  await page.getByRole('row', { name: new RegExp(`Invoice ${name}`) }).click()
  await page.getByRole('alert').waitFor()
  const link = page.frameLocator('article iframe').getByText('https://bank.example/pay')
  await link.focus()
  await shot('1-odd-sender')
  await link.click()
  await page.getByRole('alertdialog').waitFor()
  await shot('2-link')
  await page.keyboard.press('Escape')
  await page.getByRole('alertdialog').waitFor({ state: 'detached' })
  await page.locator('[role=toolbar] [data-key=b]').click()
  await page.locator('input[type=datetime-local]').waitFor()
  await shot('3-snooze')
  await page.keyboard.press('Escape')
  await page.locator('input[type=datetime-local]').waitFor({ state: 'detached' })
  const snoozed = await api.box('snoozed')
  await page.goto(`${desk.url}/mail/${await api.account()}/${snoozed}`)
  const row = page.getByRole('row', { name: new RegExp(`Asleep ${name}`) })
  await row.waitFor()
  await shot('4-snoozed')
  await row.click()
  await page.locator('article section').first().waitFor()
  await shot('5-note')
  await context.close()
})
