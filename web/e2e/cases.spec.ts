import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { findings } from './axe'
import type { Size } from './harness'
import { enterAs, ownOffice, shot, type OwnOffice } from './own-office'

// Cases that time and other people change: overdue and escalated, decided by a
// deputy, decided by somebody else meanwhile.

let office: OwnOffice

/** Ann writes, Bob reviews, Fay stands in for him, Dan is asked when nobody decides in time. */
beforeAll(async () => {
  office = await ownOffice(['ann', 'bob', 'dan', 'eve', 'fay', 'guard'], { REVIEW_FOUR_EYES: 'false' })
  office.run(['role', 'grant', 'guard@city.example', 'security'])
  office.scene('deputy', 'bob@city.example', 'fay@city.example')
  const none = { senderUnits: [], senders: [], recipientUnits: [], recipients: [] }
  const hold = { steps: [{ reviewers: ['bob@city.example'], all: false, hours: 4, late: 'escalate', escalate: ['dan@city.example'] }], appeal: [] }
  const rule = { name: 'Letters about tenders', isEnabled: true, when: { ...none, direction: 'out', outside: false, level: null, words: ['tender'], persons: 0, attachments: null }, unless: { ...none, encrypted: false }, then: { hold, monitor: '', journal: false, refuse: '', require: '', disclaimer: null, warn: '' } }
  const guard = await enter('guard')
  const made = await guard.page.evaluate(async (r) => {
    const s = (await (await fetch('/.well-known/jmap')).json()) as { capabilities: object; primaryAccounts: Record<string, string> }
    const accountId = s.primaryAccounts['urn:ietf:params:jmap:mail']
    const res = await fetch('/jmap/api', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ using: Object.keys(s.capabilities), methodCalls: [['FlowRule/set', { accountId, id: null, rule: r, reason: 'For the test.' }, '0']] }) })
    return ((await res.json()) as { methodResponses: [string][] }).methodResponses[0]?.[0]
  }, rule)
  expect(made).toBe('FlowRule/set')
  await guard.close()
})
afterAll(() => office.close())

const enter = (name: string, size?: Size, language?: string): ReturnType<typeof enterAs> => enterAs(office, name, size, language)

async function send(page: Page, subject: string): Promise<void> {
  await page.getByRole('button', { name: 'New message' }).click()
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByLabel('To', { exact: true }).fill('eve@city.example,')
  await sheet.getByLabel('Subject').fill(subject)
  await sheet.locator('[data-body]').fill('All about the tender.')
  await sheet.getByRole('button', { name: 'Send', exact: true }).click()
  await page.getByText('Your letter waits for review by bob.').first().waitFor()
}

const open = async (page: Page, subject: string): Promise<void> => {
  await page.goto(`${office.url}/approvals`)
  await page.getByRole('button', { name: new RegExp(subject) }).click()
}

test('a case that nobody decides in time is shown as overdue, and others are asked too', async () => {
  const ann = await enter('ann')
  await send(ann.page, 'The first tender')
  const bob = await enter('bob')
  await bob.page.goto(`${office.url}/approvals`)
  const row = bob.page.getByRole('button', { name: /The first tender/ })
  await row.getByText(/^until /).waitFor()
  office.scene('late', '5')
  await send(ann.page, 'The second tender') // has the deadlines looked at
  await bob.page.reload()
  await row.getByText('Overdue', { exact: true }).waitFor()
  await row.click()
  await bob.page.getByText('Nobody decided in time: others are asked too.').waitFor({ timeout: 70_000 })
  expect(await findings(bob.page, 'an overdue case')).toEqual([])
  await shot(bob.page, 'desktop-en-overdue')

  const dan = await enter('dan', 'phone', 'vi')
  await dan.page.goto(`${office.url}/approvals`)
  const theirs = dan.page.getByRole('button', { name: /The first tender/ })
  await theirs.getByText('Quá hạn', { exact: true }).waitFor()
  expect(await dan.page.getByRole('button', { name: /The second tender/ }).count()).toBe(0)
  await shot(dan.page, 'phone-vi-overdue-list')
  await theirs.tap()
  expect(await findings(dan.page, 'an escalated case on a phone')).toEqual([])
  expect(await dan.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  await shot(dan.page, 'phone-vi-overdue')
  await dan.page.getByRole('article').getByRole('button', { name: 'Phê duyệt', exact: true }).tap()
  const eve = await enter('eve')
  await eve.page.getByRole('row', { name: /The first tender/ }).waitFor({ timeout: 30_000 })
  await Promise.all([ann.close(), bob.close(), dan.close(), eve.close()])
})

test('a deputy decides in the place of whom they stand in for', async () => {
  const ann = await enter('ann')
  await send(ann.page, 'The third tender')
  const fay = await enter('fay')
  await fay.page.goto(`${office.url}/approvals`)
  const row = fay.page.getByRole('button', { name: /The third tender/ })
  await row.getByText('(in place of bob)').waitFor()
  await row.click()
  await fay.page.getByText('You decide in place of bob.').waitFor()
  await fay.page.locator('article mark').first().waitFor()
  expect(await findings(fay.page, 'a case of a deputy')).toEqual([])
  await shot(fay.page, 'desktop-en-deputy')
  await fay.page.getByRole('button', { name: 'Approve', exact: true }).click()
  await fay.page.getByText('“The third tender” goes out.').waitFor()
  const bob = await enter('bob')
  await open(bob.page, 'The third tender')
  await bob.page.getByText('fay approved. (in place of bob)').waitFor()
  await Promise.all([ann.close(), bob.close(), fay.close()])
})

test('who has a case open that somebody else decides is told who', async () => {
  const ann = await enter('ann')
  await send(ann.page, 'The fourth tender')
  const bob = await enter('bob')
  await open(bob.page, 'The fourth tender')
  await bob.page.locator('article mark').first().waitFor()
  // Bob's line is slow: he decides about what he still sees.
  const slow = '**/jmap/api**'
  await bob.page.route(slow, (r) => (r.request().postData()?.includes('Approval/get') ? r.abort() : r.continue()))
  const fay = await enter('fay')
  await open(fay.page, 'The fourth tender')
  await fay.page.getByRole('button', { name: 'Approve', exact: true }).click()
  await fay.page.getByText('“The fourth tender” goes out.').waitFor()
  await bob.page.unroute(slow)
  await bob.page.getByRole('button', { name: 'Approve', exact: true }).click()
  await bob.page.getByText('fay has decided this meanwhile.').waitFor()
  await shot(bob.page, 'desktop-en-decided-meanwhile')
  expect(await findings(bob.page, 'decided meanwhile')).toEqual([])
  await Promise.all([ann.close(), bob.close(), fay.close()])
})
