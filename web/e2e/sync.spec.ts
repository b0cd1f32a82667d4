import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newPage, type Desk } from './harness'
import { findings } from './look'
import { ownOffice, type OwnOffice } from './own-office'

// A personnel list comes to an office of its own, as whoever runs the server
// brings it; the system administrator looks at it and carries it out.
let office: OwnOffice
let dir: string
beforeAll(async () => {
  office = await ownOffice(['boss', 'clerk'], {})
  dir = mkdtempSync(join(tmpdir(), 'chancery-sync-'))
  const file = (name: string, text: string): string => {
    writeFileSync(join(dir, name), text)
    return join(dir, name)
  }
  office.run(['role', 'grant', 'boss@city.example', 'system'])
  office.run(['feed', 'add', 'personnel', '--units'])
  const units = file('units.csv', 'key,parent,name,name:zh-TW\nhall,,City Hall,市政府\nroads,hall,Roads,道路科\n')
  const people = file('people.csv', 'key,address,name,unit,title\n1,lin@city.example,林雅庭,roads,科長\n2,an@city.example,Nguyễn Văn An,hall,clerk\n')
  office.run(['feed', 'csv', 'personnel', people, '--units', units, '--dry-run'])
  office.run(['feed', 'csv', 'personnel', file('wrong.csv', 'key,address,name\n3,nowhere,Bo\n'), '--part', '--dry-run'])
}, 120_000)
afterAll(async () => {
  rmSync(dir, { recursive: true, force: true })
  await office.close()
})

/** Signs in and opens the part of the console: the mailboxes of this office are empty. */
const enter = async (page: Page, who: Desk): Promise<void> => {
  await page.goto(`${who.url}/console/sync`)
  await page.locator('input[name=address]').fill(who.address)
  await page.locator('input[name=password]').fill(who.password)
  await page.locator('button[type=submit]').click()
  await page.locator('#list li button').first().waitFor()
}

test('a run is looked at as sentences, applied, and taken back', async () => {
  const boss = office.desk('boss')
  const { page, context, errors } = await newPage(boss)
  await enter(page, boss)
  await page.getByRole('heading', { name: 'Sync' }).waitFor()
  await page.getByText('personnel: 0 people').waitFor()
  expect(await findings(page, 'runs')).toEqual([])
  const rows = page.locator('#list li button')
  await expect.poll(() => rows.count()).toBe(2)

  await rows.nth(0).click()
  await page.getByText('"nowhere" is not a mail address').waitFor()
  expect(await page.getByRole('button', { name: 'Apply' }).count()).toBe(0)
  await page.getByRole('button', { name: 'All runs' }).click()

  await rows.nth(1).click()
  await page.getByText('林雅庭 joins').waitFor()
  await page.getByText('Unit Roads is added').waitFor()
  expect(await findings(page, 'run')).toEqual([])
  await page.getByRole('button', { name: 'Apply' }).click()
  await page.getByRole('status').getByText('4 of 4 steps').waitFor()
  await page.getByRole('button', { name: 'Plan the way back' }).click()
  await page.getByRole('heading', { name: 'Way back' }).waitFor()
  await page.getByText('Nguyễn Văn An leaves').waitFor()
  await page.getByRole('button', { name: 'Apply' }).click()
  await page.getByRole('status').getByText('4 of 4 steps').waitFor()
  await page.getByRole('button', { name: 'All runs' }).click()
  await page.getByText('personnel: 0 people').waitFor()
  // Before the sign-in the session is asked for, which is refused.
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})

test('a directory is asked by the clock, and one that does not answer is shown', async () => {
  office.run(['feed', 'add', 'ad', '--kind', 'ldap', '--url', 'ldaps://127.0.0.1:1', '--base', 'dc=city,dc=example'])
  const boss = office.desk('boss')
  const { page, context } = await newPage(boss)
  await enter(page, boss)
  await page.getByText('Not compared yet').waitFor()
  await page.getByRole('button', { name: 'Compare now' }).click()
  await page.getByText('No answer', { exact: true }).waitFor({ timeout: 20_000 })
  await page.getByText('cannot be reached').waitFor()
  const period = page.getByLabel('Compare ad')
  await period.selectOption('every 6 hours')
  await expect.poll(() => office.run(['feed', 'list'])).toContain('every 360 minutes')
  expect(await findings(page, 'directories')).toEqual([])
  await page.reload()
  await page.getByText('ad: 0 people').waitFor()
  expect(await period.inputValue()).toBe('360')
  await context.close()
})

test('who holds no role for it is not shown it', async () => {
  const clerk = office.desk('clerk')
  const session = (await (await fetch(`${office.url}/.well-known/jmap`, { headers: { Authorization: `Basic ${btoa(`${clerk.address}:${clerk.password}`)}` } })).json()) as { capabilities: object }
  expect(Object.keys(session.capabilities).filter((c) => c.endsWith(':feeds'))).toEqual([])
})

for (const [language, size, theme] of [['zh-TW', 'desktop', 'light'], ['vi', 'phone', 'dark']] as const) {
  test(`it holds on a ${size} in ${language}, ${theme}`, async () => {
    const boss = office.desk('boss')
    const { page, context } = await newPage(boss, { language, size, theme })
    await enter(page, boss)
    await page.locator('#list select').waitFor()
    expect(await findings(page, `directories ${language} ${size}`)).toEqual([])
    if (process.env['SHOTS']) await page.screenshot({ path: join(process.env['SHOTS'], `directories-${language}-${size}.png`) })
    await page.locator('#list li button').last().click()
    await page.locator('#list li').first().waitFor()
    expect(await findings(page, `run ${language} ${size}`)).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth)).toBe(true)
    if (process.env['SHOTS']) await page.screenshot({ path: join(process.env['SHOTS'], `sync-${language}-${size}.png`) })
    await context.close()
  })
}
