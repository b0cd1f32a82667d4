import { mkdirSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { findings } from './axe'
import type { Size } from './harness'
import { enterAs, ownOffice, type OwnOffice } from './own-office'

const shots = process.env['SHOTS']
let office: OwnOffice

const nothing = { senderUnits: [], senders: [], recipientUnits: [], recipients: [] }
const rule = (name: string, words: string[], then: object): object => ({
  name, isEnabled: true, when: { ...nothing, direction: 'out', outside: false, level: null, words, persons: 0, attachments: null }, unless: { ...nothing, encrypted: false },
  then: { hold: null, monitor: '', journal: false, refuse: '', require: '', disclaimer: null, warn: '', ...then },
})

/** Ann writes, Bob reviews, Dan is above him, Eve gets the letters, and the guard made the rules. */
beforeAll(async () => {
  if (shots) mkdirSync(shots, { recursive: true })
  office = await ownOffice(['ann', 'bob', 'dan', 'eve', 'guard'], { REVIEW_FOUR_EYES: 'false' })
  office.run(['role', 'grant', 'guard@city.example', 'security'])
  const { page, close } = await enter('guard')
  const hold = { steps: [{ reviewers: ['bob@city.example'], all: false, hours: 4, late: '', escalate: [] }], appeal: ['dan@city.example'] }
  for (const r of [rule('Letters about tenders', ['tender'], { hold }), rule('Think twice', ['urgent'], { warn: 'Is a letter the right way? Call first.' }), rule('Never by mail', ['password list'], { refuse: 'Lists of passwords are never sent.' })]) {
    await ask(page, 'FlowRule/set', { id: null, rule: r, reason: 'For the test.' })
  }
  await close()
})
afterAll(() => office.close())

const enter = (name: string, size?: Size, language?: string): ReturnType<typeof enterAs> => enterAs(office, name, size, language)

/** A call of the API in the person's own session: rules are not made by programs. */
async function ask(page: Page, name: string, args: object): Promise<Record<string, unknown>> {
  const answer = await page.evaluate(
    async ([method, rest]) => {
      const s = (await (await fetch('/.well-known/jmap')).json()) as { capabilities: object; primaryAccounts: Record<string, string> }
      const accountId = s.primaryAccounts['urn:ietf:params:jmap:mail']
      const res = await fetch('/jmap/api', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ using: Object.keys(s.capabilities), methodCalls: [[method, { accountId, ...rest }, '0']] }) })
      return ((await res.json()) as { methodResponses: [string, Record<string, unknown>][] }).methodResponses[0]
    },
    [name, args] as const,
  )
  expect(answer?.[0], JSON.stringify(answer)).toBe(name)
  return answer?.[1] ?? {}
}

async function write(page: Page, subject: string, text: string, to = 'eve@city.example'): Promise<void> {
  await page.getByRole('button', { name: 'New message' }).click()
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByLabel('To', { exact: true }).fill(`${to},`)
  await sheet.getByLabel('Subject').fill(subject)
  await sheet.locator('[data-body]').fill(text)
}

const send = (page: Page): Promise<void> => page.getByRole('dialog', { name: 'New message' }).getByRole('button', { name: 'Send', exact: true }).click()
const shot = async (page: Page, name: string): Promise<void> => {
  if (!shots) return
  await page.waitForTimeout(500)
  await page.screenshot({ path: `${shots}/${name}.png` })
}
const fits = (page: Page): Promise<boolean> => page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)

async function openSent(page: Page, subject: string): Promise<void> {
  await page.getByRole('treeitem', { name: /^Sent/ }).first().click()
  await page.getByRole('row', { name: new RegExp(subject) }).first().click({ timeout: 20_000 })
}

test('a letter that a rule holds is foreseen, waits, and goes out when the reviewer approves it on a phone', async () => {
  const subject = `The tender of the harbour ${Date.now()}`
  const ann = await enter('ann')
  await write(ann.page, subject, 'All about the Tender. The keeper is A123456789.')
  await ann.page.getByText('Your letter will be looked at by bob before it goes out.').waitFor()
  expect(await findings(ann.page, 'a letter that will be reviewed')).toEqual([])
  await shot(ann.page, 'desktop-en-foreseen')
  await send(ann.page)
  await ann.page.getByText('Your letter waits for review by bob.').first().waitFor()
  await openSent(ann.page, subject)
  await ann.page.getByText('This letter waits for review by bob.').waitFor({ timeout: 20_000 })
  expect(await findings(ann.page, 'a letter that waits')).toEqual([])
  await shot(ann.page, 'desktop-en-waits')

  const bob = await enter('bob', 'phone', 'zh-TW')
  const tab = bob.page.getByRole('button', { name: /審核/ })
  await tab.getByText('1').waitFor()
  await tab.click()
  await bob.page.getByRole('button', { name: new RegExp(subject) }).waitFor()
  expect(await findings(bob.page, 'the list of approvals')).toEqual([])
  await shot(bob.page, 'phone-zh-TW-list')
  await bob.page.getByRole('button', { name: new RegExp(subject) }).click()
  await bob.page.getByText('字詞「tender」').first().waitFor()
  const letter = bob.page.getByRole('article', { name: '信件內容' })
  await letter.locator('mark').first().waitFor()
  expect(new Set((await bob.page.locator('article mark').allInnerTexts()).map((s) => s.toLowerCase()))).toEqual(new Set(['tender']))
  await bob.page.getByText('Letters about tenders').waitFor()
  expect(await fits(bob.page)).toBe(true)
  expect(await findings(bob.page, 'a letter to be reviewed')).toEqual([])
  await shot(bob.page, 'phone-zh-TW-letter')
  // The acts are within the reach of the thumb.
  const approve = bob.page.getByRole('button', { name: '核准', exact: true })
  const box = await approve.boundingBox()
  expect(box && box.y + box.height > 760 && box.height >= 40).toBe(true)
  await approve.click()
  await bob.page.getByText(/已放行/).waitFor()
  await bob.page.getByRole('heading', { name: '近期已決' }).waitFor()
  await shot(bob.page, 'phone-zh-TW-decided')

  // The sender is told by push; the letter arrives.
  await ann.page.getByText('This letter waits for review by bob.').waitFor({ state: 'detached', timeout: 20_000 })
  const eve = await enter('eve')
  await eve.page.getByRole('row', { name: new RegExp(subject) }).waitFor({ timeout: 30_000 })
  // Before one has signed in the server says so.
  expect([...ann.errors, ...bob.errors].filter((e) => !e.includes('401'))).toEqual([])
  await Promise.all([ann.close(), bob.close(), eve.close()])
})

test('a letter is returned with a note, appealed against, and passed on to another who approves it', async () => {
  const subject = `Second tender ${Date.now()}`
  const ann = await enter('ann')
  await write(ann.page, subject, 'What we offer.')
  await send(ann.page)
  await ann.page.getByText('Your letter waits for review by bob.').first().waitFor()
  await openSent(ann.page, subject)

  const bob = await enter('bob')
  await bob.page.goto(`${office.url}/approvals`)
  await bob.page.getByRole('button', { name: new RegExp(subject) }).click()
  await bob.page.locator('article mark').first().waitFor()
  expect(await findings(bob.page, 'a review on a desktop')).toEqual([])
  await shot(bob.page, 'desktop-en-letter')
  await bob.page.keyboard.press('r')
  const note = bob.page.getByRole('dialog', { name: 'Return the letter to its sender' })
  await note.getByRole('button', { name: 'Return' }).click()
  await note.getByText('Say why, so that who asked can do better.').waitFor()
  await note.getByLabel('Reason').fill('The prices are not settled.')
  expect(await findings(bob.page, 'returning a letter')).toEqual([])
  await shot(bob.page, 'desktop-en-return')
  await note.getByRole('button', { name: 'Return' }).click()
  await bob.page.getByText('goes back to its sender').waitFor()

  await ann.page.getByText('bob returned this letter. It did not go out.').waitFor({ timeout: 20_000 })
  await ann.page.getByText('The prices are not settled.').first().waitFor()
  await ann.page.getByRole('button', { name: 'Edit again' }).waitFor()
  await ann.page.getByRole('button', { name: 'Appeal' }).click()
  const appeal = ann.page.getByRole('dialog', { name: 'Appeal to those above' })
  await appeal.getByLabel('Why the letter should go out').fill('They are settled since noon.')
  expect(await findings(ann.page, 'an appeal')).toEqual([])
  await shot(ann.page, 'desktop-en-appeal')
  await appeal.getByRole('button', { name: 'Appeal' }).click()
  await appeal.waitFor({ state: 'detached' })
  await ann.page.getByText('This letter waits for review by dan.').waitFor({ timeout: 20_000 })

  const dan = await enter('dan')
  await dan.page.goto(`${office.url}/approvals`)
  await dan.page.getByRole('button', { name: new RegExp(subject) }).click()
  await dan.page.getByText('This is an appeal against an earlier refusal.').waitFor()
  await dan.page.getByText('They are settled since noon.').waitFor()
  await dan.page.getByRole('button', { name: 'Pass on' }).click()
  const pass = dan.page.getByRole('dialog', { name: 'Let another decide' })
  await pass.getByRole('combobox', { name: 'Who decides instead' }).pressSequentially('guard@city.example')
  await dan.page.getByRole('option', { name: /guard/ }).click()
  expect(await findings(dan.page, 'passing on')).toEqual([])
  await pass.getByRole('button', { name: 'Pass on' }).click()
  await dan.page.getByText('Passed on to guard@city.example.').waitFor()

  const guard = await enter('guard')
  await guard.page.goto(`${office.url}/approvals`)
  await guard.page.getByRole('button', { name: new RegExp(subject) }).click()
  await guard.page.getByText('dan passed it on to guard.').waitFor()
  await guard.page.getByRole('button', { name: 'Approve', exact: true }).click()
  await guard.page.getByText('goes out').waitFor()
  await ann.page.getByText('This letter waits for review by').waitFor({ state: 'detached', timeout: 20_000 })
  await Promise.all([ann.close(), bob.close(), dan.close(), guard.close()])
})

test('a letter is taken back while it waits, and the reviewer is told kindly', async () => {
  const subject = `Third tender ${Date.now()}`
  const ann = await enter('ann')
  await write(ann.page, subject, 'What we offer.')
  await send(ann.page)
  await ann.page.getByText('Your letter waits for review by bob.').first().waitFor()
  await openSent(ann.page, subject)
  const bob = await enter('bob')
  await bob.page.goto(`${office.url}/approvals`)
  await bob.page.getByRole('button', { name: new RegExp(subject) }).click()
  await bob.page.locator('article mark').first().waitFor()
  // Bob's line is slow: he decides about what he still sees.
  await bob.page.context().route('**/jmap/events**', (r) => r.abort())
  await ann.page.getByRole('button', { name: 'Recall' }).click()
  await ann.page.getByRole('alertdialog').getByRole('button', { name: 'Recall' }).click()
  await ann.page.getByText('The letter is among your drafts again.').waitFor()
  await bob.page.getByRole('button', { name: 'Approve', exact: true }).click({ timeout: 3000 }).catch(() => undefined)
  await bob.page.getByRole('button', { name: 'Approve', exact: true }).waitFor({ state: 'detached' })
  await ann.page.getByRole('treeitem', { name: /^Drafts/ }).first().click()
  await ann.page.getByRole('row', { name: new RegExp(subject) }).waitFor()
  const eve = await enter('eve')
  expect(await eve.page.getByRole('row', { name: new RegExp(subject) }).count()).toBe(0)
  await Promise.all([ann.close(), bob.close(), eve.close()])
})

test('what a rule refuses is said before anything is sent, and a warning is put to the writer', async () => {
  const ann = await enter('ann')
  await write(ann.page, 'Accounts', 'Here is the password list.')
  await send(ann.page)
  await ann.page.getByRole('alert').getByText('The letter cannot be sent: Lists of passwords are never sent.').waitFor()
  const sheet = ann.page.getByRole('dialog', { name: 'New message' })
  await sheet.locator('[data-body]').fill('It is urgent.')
  await send(ann.page)
  const warning = ann.page.getByRole('alertdialog', { name: 'Before you send' })
  await warning.getByText('Is a letter the right way? Call first.').waitFor()
  expect(await findings(ann.page, 'a warning')).toEqual([])
  await shot(ann.page, 'desktop-en-warning')
  await warning.getByRole('button', { name: 'Cancel' }).click()
  await sheet.waitFor()
  await send(ann.page)
  await warning.getByRole('button', { name: 'Send all the same' }).click()
  await sheet.waitFor({ state: 'detached' })
  await ann.close()
})
