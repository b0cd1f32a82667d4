import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { newPage, openDesk, signIn, type Desk } from './harness'
import { findings } from './look'

// The audit administrator of the office reads the record; nothing is changed.
let desk: Desk
beforeAll(async () => {
  desk = await openDesk(28)
})
afterAll(() => desk.close())

const auditor = (): Desk => {
  const account = inject('office').accounts.find((a) => a.address.startsWith('tong.ruolan@'))
  if (!account) throw new Error('no auditor')
  return { ...desk, ...account }
}

test('an auditor looks for acts, reads what one changed, checks the chain and takes a file along', async () => {
  const who = auditor()
  const { page, context, errors } = await newPage(who)
  await signIn(page, who)
  await page.goto(who.url + '/console/record')
  const table = page.getByRole('table', { name: 'Record' })
  await table.getByRole('row').first().waitFor()
  expect(await findings(page, 'record')).toEqual([])

  await page.getByLabel('Kind of act').selectOption('Roles')
  await page.getByLabel('To what').fill('yan.wenhao')
  await page.getByRole('button', { name: 'Find' }).click()
  await expect.poll(() => page.getByRole('status').allInnerTexts()).toContain('1 entry')
  await table.getByRole('button', { name: 'Granted a role' }).click()
  const entry = page.getByRole('dialog')
  await entry.getByRole('row', { name: /Role.*Unit administrator/ }).waitFor()
  expect(await findings(page, 'entry')).toEqual([])
  await entry.getByRole('button', { name: 'Close' }).last().click()

  const download = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Export' }).click()
  await page.getByRole('menuitem', { name: /CSV/ }).click()
  const text = readFileSync(await (await download).path(), 'utf8')
  expect(text).toMatch(/^\ufeffnumber,time,who,post,address,zone,door,.*result,rule,/)
  expect(text.trim().split('\r\n').length).toBe(2)

  await page.getByRole('button', { name: 'Clear' }).click()
  await page.getByLabel('Result').selectOption('Refused')
  await page.getByLabel('Network address').fill('203.0.113.0/24')
  await page.getByRole('button', { name: 'Find' }).click()
  await page.getByText('Nothing in the record matches').waitFor()
  await page.getByRole('button', { name: 'Clear' }).click()
  await table.getByRole('row').first().waitFor()
  await expect.poll(async () => (await table.getByRole('button').allInnerTexts()).join()).toContain('record')
  await table.getByRole('row').first().getByRole('button').click()
  await entry.getByText('In the post').waitFor()
  await entry.getByRole('button', { name: 'Close' }).last().click()

  await page.getByRole('button', { name: 'Verify now' }).click()
  await page.getByText(/entries, none altered/).waitFor()
  const checkpoint = page.waitForEvent('download')
  await page.getByRole('button', { name: 'Save checkpoint' }).click()
  expect(readFileSync(await (await checkpoint).path(), 'utf8')).toMatch(/^chancery-audit-1-[0-9a-f]{16}\n\d+\n.*\n20.*Z\n\n— chancery-audit-1-/)
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})

test('the record fits a phone', async () => {
  const who = auditor()
  const { page, context } = await newPage(who, { size: 'phone' })
  await signIn(page, who)
  await page.goto(who.url + '/console/record')
  await page.getByRole('table', { name: 'Record' }).getByRole('row').first().waitFor()
  await page.getByText('Filter', { exact: true }).click()
  await page.getByLabel('Who', { exact: true }).fill('ruolan')
  expect(await findings(page, 'record on a phone')).toEqual([])
  await context.close()
})
