import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Api, letter, until } from './api'
import { violations } from './violations'
import { fillDay, newPage, openDesk, signIn, type Desk } from './harness'

let run = 0
let desk: Desk
let api: Api
beforeAll(async () => {
  desk = await openDesk(20)
  api = Api.of(desk)
})
beforeEach(() => {
  run = Date.now() // a second try must not find the letters of the first
})
afterAll(() => desk.close())

interface Timed {
  id: string
  mailboxIds: Record<string, true>
  keywords: Record<string, true>
  snoozed: { until: string } | null
  reminder: { at: string; unlessAnswered: boolean } | null
  scheduled: { sendAt: string; submissionId: string } | null
}

async function timed(id: string): Promise<Timed | undefined> {
  const r = await api.call<{ list: Timed[] }>('Email/get', { ids: [id], properties: ['mailboxIds', 'keywords', 'snoozed', 'reminder', 'scheduled'] })
  return r.list[0]
}

test('a letter is snoozed by key, lies among the snoozed, and is back by undo', async () => {
  const id = await api.deliver(letter(`Put me off ${run}`, 'Later please'))
  const { page, context, errors } = await newPage(desk)
  await signIn(page, desk)
  const row = page.getByRole('row', { name: new RegExp(`Put me off ${run}`) })
  await row.click()
  await page.locator('article').getByText('Later please').waitFor()
  await page.keyboard.press('b')
  const dialog = page.getByRole('dialog', { name: 'Snooze until' })
  await dialog.getByRole('button', { name: /Next Monday|In a week/ }).first().click()
  await page.getByText(/Message snoozed until/).waitFor()
  await row.waitFor({ state: 'detached' })
  const asleep = await timed(id)
  expect(asleep?.snoozed).not.toBeNull()
  expect(new Date(asleep?.snoozed?.until ?? 0).getDay()).toBe(1)

  await page.getByRole('treeitem', { name: /^Snoozed/ }).click()
  await row.waitFor()
  await row.click()
  await page.getByText(/^Snoozed until/).waitFor()
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: 'Bring back now' }).click()
  await until(async () => (await timed(id))?.snoozed === null, 'it is awake')
  await page.getByRole('treeitem', { name: /^Inbox/ }).first().click()
  await row.waitFor()
  // Taken back: asleep again, until the same time.
  await page.keyboard.press('Control+z')
  await until(async () => (await timed(id))?.snoozed?.until === asleep?.snoozed?.until, 'it is asleep again')
  expect(errors.filter((e) => !/401/.test(e))).toEqual([])
  await context.close()
})

test('several are snoozed together, by a date of one\'s own', async () => {
  const ids = [await api.deliver(letter(`Both one ${run}`, 'x')), await api.deliver(letter(`Both two ${run}`, 'x'))]
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  for (const n of ['one', 'two']) {
    const row = page.getByRole('row', { name: new RegExp(`Both ${n} ${run}`) })
    await row.hover()
    await row.getByRole('checkbox').check({ force: true })
  }
  await page.getByRole('button', { name: 'Snooze', exact: true }).first().click()
  const dialog = page.getByRole('dialog', { name: 'Snooze until' })
  expect(await violations(page)).toEqual([])
  await fillDay(dialog, 'Date and time', '2020-01-01T08:00')
  await dialog.getByRole('button', { name: 'Set', exact: true }).click()
  await dialog.getByText('Choose a time in the future.').waitFor()
  const year = new Date().getFullYear() + 1
  await fillDay(dialog, 'Date and time', `${year}-05-04T09:15`)
  await dialog.getByRole('button', { name: 'Set', exact: true }).click()
  await page.getByText(/2 messages snoozed until/).waitFor()
  for (const id of ids) {
    await until(async () => (await timed(id))?.snoozed?.until === new Date(`${year}-05-04T09:15`).toISOString().replace('.000Z', 'Z'), 'both sleep')
  }
  await context.close()
})

test('what is due comes back to the top by itself, unread', async () => {
  const id = await api.deliver(letter(`Back soon ${run}`, 'x'), 'inbox', { $seen: true })
  await api.deliver(letter(`Came meanwhile ${run}`, 'x'))
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  const soon = new Date(Date.now() + 4000).toISOString().replace(/\.\d+Z$/, 'Z')
  await api.call('Email/set', { update: { [id]: { snoozed: { until: soon, mailboxId: null, setKeywords: null } } } })
  const row = page.getByRole('row', { name: new RegExp(`Back soon ${run}`) })
  await row.waitFor({ state: 'detached' })
  await row.waitFor({ timeout: 15_000 })
  expect(await page.getByRole('row').first().getAttribute('aria-label')).toMatch(new RegExp(`unread.*Back soon ${run}.*Back`, 'i'))
  await context.close()
})

test('a letter is scheduled, moved, and taken back as one draft', async () => {
  const { page, context, errors } = await newPage(desk)
  await signIn(page, desk)
  await page.keyboard.press('c')
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByLabel('To', { exact: true }).fill(desk.address)
  await page.keyboard.press('Enter')
  await sheet.getByLabel('Subject').fill(`Scheduled ${run}`)
  await sheet.getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: /Send later/ }).click()
  await page.getByRole('dialog', { name: 'Schedule sending' }).getByRole('button', { name: /Next Monday|In a week/ }).first().click()
  await sheet.waitFor({ state: 'detached' })
  const mine = async (): Promise<Timed[]> => {
    const found = await api.find({ subject: `Scheduled ${run}` })
    return (await Promise.all(found.map((e) => timed(e.id)))).filter((e): e is Timed => e !== undefined)
  }
  const sent = await until(async () => (await mine()).find((e) => e.scheduled), 'it is scheduled')
  await page.getByRole('treeitem', { name: /^Scheduled/ }).click()
  await page.getByRole('row', { name: new RegExp(`Scheduled ${run}`) }).click()
  await page.getByText(/^Will be sent/).first().waitFor()
  expect(await violations(page)).toEqual([])
  await page.getByRole('button', { name: 'Change time' }).click()
  const year = new Date(Date.now() + 20 * 24 * 3600_000)
  const text = `${year.getFullYear()}-${String(year.getMonth() + 1).padStart(2, '0')}-${String(year.getDate()).padStart(2, '0')}T07:45`
  await fillDay(page, 'Date and time', text)
  await page.getByRole('button', { name: 'Set', exact: true }).click()
  await until(async () => (await timed(sent.id))?.scheduled?.sendAt === new Date(text).toISOString().replace('.000Z', 'Z'), 'its time has moved')
  await page.getByRole('button', { name: 'Cancel and edit' }).click()
  await sheet.getByLabel('Subject').waitFor()
  await until(async () => (await timed(sent.id))?.keywords['$draft'], 'it is a draft')
  expect((await mine()).length).toBe(1)
  expect(Object.keys((await timed(sent.id))?.mailboxIds ?? {})).toEqual([await api.box('drafts')])
  expect(errors.filter((e) => !/401/.test(e))).toEqual([])
  await context.close()
})

test('send now goes out at once and lies among those sent', async () => {
  const identity = (await api.call<{ list: { id: string }[] }>('Identity/get', { ids: null })).list[0]?.id
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  const made = await api.call<{ created: { d: { id: string } } }>('Email/set', {
    create: { d: { mailboxIds: { [await api.box('scheduled')]: true }, from: [{ email: desk.address }], to: [{ email: desk.address }], subject: `Now ${run}` } },
  })
  const at = new Date(Date.now() + 24 * 3600_000).toISOString().replace(/\.\d+Z$/, 'Z')
  await api.call('EmailSubmission/set', {
    create: { s: { identityId: identity, emailId: made.created.d.id, envelope: { mailFrom: { email: desk.address, parameters: { HOLDUNTIL: at } }, rcptTo: [{ email: desk.address }] } } },
  })
  await page.getByRole('treeitem', { name: /^Scheduled/ }).click()
  await page.getByRole('row', { name: new RegExp(`Now ${run}`) }).click()
  await page.getByRole('button', { name: 'Send now' }).click()
  await until(async () => (await timed(made.created.d.id))?.mailboxIds[await api.box('sent')], 'it is among those sent')
  await until(async () => (await api.find({ subject: `Now ${run}`, inMailbox: await api.box('inbox') })).length === 1, 'it has arrived, once')
  await context.close()
})

test('a reminder for a letter sent ends with the answer', async () => {
  const id = await api.deliver(letter(`Asked ${run}`, 'What do you say?', { From: desk.address, To: 'visitor@outside.example', 'Message-ID': `<asked-${run}@mingchuan.example>` }), 'sent', { $seen: true })
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.getByRole('treeitem', { name: /^Sent/ }).first().click()
  await page.getByRole('row', { name: new RegExp(`Asked ${run}`) }).click()
  await page.locator('article').getByText('What do you say?').waitFor()
  await page.keyboard.press('h')
  const dialog = page.getByRole('dialog', { name: 'Remind me' })
  expect(await dialog.getByRole('switch', { name: 'Only if nobody answers' }).getAttribute('aria-checked')).toBe('true')
  await dialog.getByRole('button', { name: /In three days/ }).click()
  await until(async () => (await timed(id))?.reminder?.unlessAnswered, 'the reminder is set')
  await page.getByText(/^Reminder if nobody answers/).waitFor()
  await context.close()
})

test('on a phone the button is there, and the dialog fits', async () => {
  await api.deliver(letter(`By thumb ${run}`, 'x'))
  const { page, context } = await newPage(desk, { size: 'phone', language: 'vi' })
  await signIn(page, desk)
  await page.getByRole('row', { name: new RegExp(`By thumb ${run}`) }).tap()
  await page.getByRole('button', { name: 'Tạm ẩn' }).tap()
  const box = await page.getByRole('dialog', { name: 'Tạm ẩn đến' }).boundingBox()
  expect((box?.x ?? -1) >= 0 && (box?.x ?? 0) + (box?.width ?? 999) <= 390).toBe(true)
  expect(await violations(page)).toEqual([])
  await context.close()
})
