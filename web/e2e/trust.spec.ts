import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Api, letter, until } from './api'
import { newPage, openDesk, signIn, type Desk } from './harness'
import { violations } from './violations'

let run = 0
let desk: Desk
let api: Api
beforeAll(async () => {
  desk = await openDesk(24)
  api = Api.of(desk)
})
beforeEach(() => {
  run = Date.now() // a second try must not find the letters of the first
})
afterAll(() => desk.close())

test('a letter from outside says so, and what is odd about its sender', async () => {
  await api.deliver(letter(`Odd sender ${run}`, 'Please pay', { From: `Grace Ellison <grace-${run}@evil.example>`, 'Reply-To': 'money@other.example' }))
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.getByRole('row', { name: new RegExp(`Odd sender ${run}`) }).click()
  const alert = page.getByRole('alert')
  await alert.getByText(/that of a colleague \(grace\.ellison@mingchuan\.example\)/).waitFor()
  await alert.getByText('Answers go to another address: money@other.example').waitFor()
  await alert.getByText(/the first letter from grace-/).waitFor()
  await page.getByRole('button', { name: 'Details' }).first().click()
  await page.getByText('Not verified: nothing proves that evil.example sent it').waitFor()
  expect(await violations(page)).toEqual([])
  await context.close()
})

test('an honest letter from outside is noted quietly, one of a colleague not at all', async () => {
  const from = { From: `Plain Person <plain-${run}@outside.example>` }
  await api.deliver(letter(`First of two ${run}`, 'x', from))
  await new Promise((r) => setTimeout(r, 1100))
  await api.deliver(letter(`Second of two ${run}`, 'x', from))
  await api.deliver(letter(`From inside ${run}`, 'Hello there', { From: 'Grace Ellison <grace.ellison@mingchuan.example>' }))
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.getByRole('row', { name: new RegExp(`Second of two ${run}`) }).click()
  await page.getByRole('note').getByText('From outside the office', { exact: true }).waitFor()
  expect(await page.getByRole('alert').count()).toBe(0)
  await page.getByRole('row', { name: new RegExp(`From inside ${run}`) }).click()
  await page.locator('article').getByText('Hello there').waitFor()
  expect(await page.getByRole('note').count()).toBe(0)
  await page.getByRole('button', { name: 'Details' }).first().click()
  await page.getByText('Sent inside the office').waitFor()
  await context.close()
})

test('a suspicious letter is reported by key, goes to the junk, and comes back by undo', async () => {
  const id = await api.deliver(letter(`Phishing ${run}`, 'Your password has expired'))
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  const row = page.getByRole('row', { name: new RegExp(`Phishing ${run}`) })
  await row.click()
  await page.locator('article').getByText('Your password has expired').waitFor()
  await page.keyboard.press('p')
  await page.getByText('Message reported as suspicious').waitFor()
  await row.waitFor({ state: 'detached' })
  const at = async (): Promise<string[]> => {
    const found = (await api.call<{ list: { mailboxIds: Record<string, true>; keywords: Record<string, true> }[] }>('Email/get', { ids: [id], properties: ['mailboxIds', 'keywords'] })).list[0]
    return [...Object.keys(found?.mailboxIds ?? {}), ...Object.keys(found?.keywords ?? {})]
  }
  expect(await at()).toEqual(expect.arrayContaining([await api.box('junk'), '$phishing', '$junk']))
  await page.keyboard.press('Control+z')
  await row.waitFor()
  const now = await at()
  expect(now).toContain(await api.box('inbox'))
  expect(now).not.toContain('$phishing')
  await context.close()
})

test('a sender is blocked from the menu, shown on the list, and taken off', async () => {
  const address = `pest-${run}@outside.example`
  await api.deliver(letter(`Pest ${run}`, 'Buy', { From: `Pest <${address}>` }))
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.getByRole('row', { name: new RegExp(`Pest ${run}`) }).click()
  await page.locator('article').getByText('Buy').waitFor()
  await page.getByRole('button', { name: 'Report', exact: true }).click()
  await page.getByRole('menuitem', { name: `Block ${address}` }).click()
  await page.getByText(`Letters from ${address} will go to Junk`).waitFor()
  await page.getByRole('button', { name: 'Report', exact: true }).click()
  await page.getByRole('menuitem', { name: 'Blocked senders…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Blocked senders' })
  await dialog.getByText(address).waitFor()
  expect(await violations(page)).toEqual([])
  await dialog.getByLabel('Mail address').fill('nonsense')
  await dialog.getByRole('button', { name: 'Block', exact: true }).click()
  await dialog.getByRole('alert').waitFor()
  await dialog.getByRole('button', { name: `Unblock ${address}` }).click()
  await dialog.getByText('Nobody is blocked.').waitFor()
  await context.close()
})

test('a link tells where it leads, and asks when it leads elsewhere than it says', async () => {
  const html = '<p>See <a href="https://evil.example/login?x=1">https://bank.example/login</a>, <a href="https://fine.example/page">our page</a> or <a href="http://192.0.2.7/">this</a></p>'
  await api.deliver(letter(`Links ${run}`, html, { 'Content-Type': 'text/html; charset=utf-8' }))
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.getByRole('row', { name: new RegExp(`Links ${run}`) }).click()
  const frame = page.frameLocator('article iframe')
  const bad = frame.getByText('https://bank.example/login')
  await bad.hover()
  await page.getByText('https://evil.example/login?x=1').waitFor()
  await frame.getByText('our page').focus()
  await page.getByText('https://fine.example/page').waitFor()
  let opened = 0
  context.on('page', () => opened++)
  await bad.click()
  const ask = page.getByRole('alertdialog', { name: 'Open evil.example?' })
  await ask.getByText('It really leads to evil.example', { exact: false }).waitFor()
  expect(await violations(page)).toEqual([])
  await ask.getByRole('button', { name: 'Cancel' }).click()
  await frame.getByText('this', { exact: true }).click()
  await page.getByRole('alertdialog', { name: 'Open 192.0.2.7?' }).getByRole('button', { name: 'Cancel' }).click()
  expect(opened).toBe(0)
  await frame.getByText('our page').click()
  await until(async () => opened === 1, 'an honest link opens')
  await context.close()
})

test('the links of a plain letter are watched over as well', async () => {
  await api.deliver(letter(`Plain links ${run}`, 'Sign in: https://bank.example <https://evil.example/login>\r\nor https://bank.example@evil.example/x\r\nor https://fine.example/page\r\n'))
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.getByRole('row', { name: new RegExp(`Plain links ${run}`) }).click()
  const text = page.locator('article')
  const bad = text.getByRole('link', { name: 'https://evil.example/login' })
  await bad.hover()
  await page.getByRole('status').filter({ hasText: 'https://evil.example/login' }).waitFor()
  let opened = 0
  context.on('page', () => opened++)
  await bad.click()
  const asked = page.getByRole('alertdialog', { name: 'Open evil.example?' })
  await asked.getByText('It really leads to evil.example', { exact: false }).waitFor()
  expect(await violations(page)).toEqual([])
  await asked.getByRole('button', { name: 'Cancel' }).click()
  await text.getByRole('link', { name: 'https://bank.example@evil.example/x' }).click()
  await page.getByRole('alertdialog', { name: 'Open evil.example?' }).getByRole('button', { name: 'Cancel' }).click()
  expect(opened).toBe(0)
  await text.getByRole('link', { name: 'https://fine.example/page' }).click()
  await until(async () => opened === 1, 'an honest link opens')
  await context.close()
})

test('on a phone the menu is there, and a long press tells where a link leads', async () => {
  await api.deliver(letter(`Phone links ${run}`, '<p><a href="https://evil.example/">bank.example</a></p>', { 'Content-Type': 'text/html; charset=utf-8' }))
  const { page, context } = await newPage(desk, { size: 'phone', language: 'zh-TW' })
  await signIn(page, desk)
  await page.getByRole('row', { name: new RegExp(`Phone links ${run}`) }).tap()
  const link = page.frameLocator('article iframe').getByText('bank.example')
  await link.waitFor()
  await link.dispatchEvent('touchstart')
  await page.getByText('https://evil.example/').waitFor()
  await link.dispatchEvent('touchend')
  await page.getByRole('button', { name: '回報', exact: true }).tap()
  await page.getByRole('menuitem', { name: '回報可疑郵件' }).waitFor()
  expect(await violations(page)).toEqual([])
  await context.close()
})
