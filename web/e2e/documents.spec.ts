import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Api, until } from './api'
import { newPage, openDesk, signIn, type Desk } from './harness'
import { findings } from './look'

let desk: Desk
let api: Api
const other = inject('office').accounts[12] as { address: string; password: string; name: string }
beforeAll(async () => {
  desk = await openDesk(7)
  api = Api.of(desk)
})
afterAll(() => desk.close())

interface Request {
  id: string
  subject: string
  dueAt: string | null
  addressees: { email: string; answeredAt: string | null }[]
}

test('recipients are chosen from the tree, one by one and a whole unit with its count', async () => {
  const { page, context, errors } = await newPage(desk)
  await signIn(page, desk)
  await page.keyboard.press('c')
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByRole('button', { name: 'Choose from the directory' }).first().click()
  const picker = page.getByRole('dialog', { name: /Choose recipients/ })
  const unit = picker.getByRole('treeitem').nth(1)
  await unit.click()
  await picker.getByRole('checkbox').first().waitFor()
  expect(await findings(page, 'picker')).toEqual([])
  const whole = picker.getByRole('button', { name: /^Whole unit/ })
  const count = Number(/(\d+)/.exec(await whole.innerText())?.[1])
  expect(count).toBeGreaterThan(0)
  await whole.click()
  await picker.getByRole('button', { name: new RegExp(`^Add ${count} recipient`) }).click()
  await picker.waitFor({ state: 'detached' })
  expect(await sheet.getByRole('button', { name: /^Remove / }).count()).toBe(count)
  await sheet.getByLabel('To', { exact: true }).fill('someone@far.example')
  await sheet.getByLabel('Subject').focus()
  await sheet.getByText('1 recipient is outside').waitFor()
  await sheet.getByRole('button', { name: 'Discard draft' }).click()
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})

test('a signature goes under letters by itself and can be left out', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk, '/mail')
  await page.goto(`${desk.url}/settings/signatures`)
  const editor = page.getByRole('textbox', { name: 'Signature' })
  await editor.click()
  await page.keyboard.press('Control+a')
  await page.keyboard.type('Section of Roads, ext. 4411')
  expect(await findings(page, 'signatures')).toEqual([])
  await page.getByRole('button', { name: 'Save signature' }).click()
  await page.getByText('Signature saved').waitFor()
  await page.goto(`${desk.url}/mail`)
  await page.locator('[role=row]').first().waitFor()
  await page.keyboard.press('c')
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByText('Section of Roads, ext. 4411').waitFor()
  const subject = `Signed ${Date.now()}`
  await sheet.getByLabel('To', { exact: true }).fill(`${other.address},`)
  await sheet.getByLabel('Subject').fill(subject)
  await page.keyboard.press('Enter')
  await page.keyboard.type('Hello')
  await page.keyboard.press('Control+Enter')
  await page.getByText('Message sent').waitFor()
  const sent = await until(async () => (await api.find({ subject }))[0], 'kept in Sent')
  type Body = { list: { bodyValues: Record<string, { value: string }> }[] }
  const body = await api.call<Body>('Email/get', { ids: [sent.id], properties: ['bodyValues'], fetchAllBodyValues: true })
  const texts = Object.values(body.list[0]?.bodyValues ?? {}).map((v) => v.value)
  expect(texts.some((x) => /Hello\n\n-- \nSection of Roads, ext. 4411/.test(x.replaceAll('\r', '')))).toBe(true)
  expect(texts.some((x) => x.includes('chancery-signature'))).toBe(true)
  await context.close()
})

test('a template is kept, put on a sheet with its fields filled in, and sent as a request that collects answers', async () => {
  const subject = `Draft rules ${Date.now()}`
  await api.call('Template/set', {
    create: { t: { name: 'Ask for comment', kind: 'request-for-comment', subject, htmlBody: '<p>Dear {{name}}, please comment by {{due}}. {{sender}}</p>', to: [], cc: [], dueDays: 5, every: null, sortOrder: 0 } },
  })
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.keyboard.press('c')
  const sheet = page.getByRole('dialog', { name: /New message|Draft rules/ })
  await sheet.getByLabel('To', { exact: true }).fill(`${other.name} <${other.address}>,`)
  await sheet.getByRole('button', { name: 'Templates' }).click()
  await page.getByRole('menuitem', { name: 'Ask for comment' }).first().click()
  await sheet.getByText(`Dear ${other.name}`).waitFor()
  expect(await sheet.getByLabel('Kind of document').inputValue()).toBe('request-for-comment')
  expect(await findings(page, 'compose')).toEqual([])
  await sheet.getByRole('button', { name: 'Send' }).click()
  await page.getByText('Message sent').waitFor()
  const asked = async (): Promise<Request | undefined> => (await api.call<{ list: Request[] }>('Request/get', { ids: null })).list.find((r) => r.subject === subject)
  const request = await until(asked, 'the server keeps it')
  expect(request.addressees.map((a) => a.email)).toEqual([other.address])
  expect(new Date(request.dueAt ?? '').getTime() - Date.now()).toBeGreaterThan(4 * 86_400_000)

  // The addressee sees until when, and answers by the button.
  const colleague = { ...desk, address: other.address, password: other.password }
  const there = await newPage(desk, { size: 'phone' })
  await signIn(there.page, colleague)
  await there.page.getByRole('row', { name: new RegExp(subject) }).click()
  await there.page.getByText(/Request for comment/).waitFor()
  await there.page.getByText(/^due /).waitFor()
  await there.page.getByRole('button', { name: 'Answer' }).click()
  await there.page.locator('section[role=dialog] [data-body]').click()
  await there.page.keyboard.type('No objection.')
  await there.page.locator('section[role=dialog]').getByRole('button', { name: 'Send' }).click()
  await there.page.getByText('Message sent').waitFor()
  await there.context.close()
  await until(async () => (await asked())?.addressees[0]?.answeredAt, 'the answer is noted', 30_000)

  // The asker sees who answered what, and can have it as CSV.
  await page.getByRole('treeitem', { name: /^Requests and reports/ }).first().click()
  const dialog = page.getByRole('dialog')
  await dialog.getByRole('button', { name: new RegExp(subject) }).or(dialog.getByRole('heading', { name: subject })).first().click()
  const row = dialog.getByRole('row', { name: new RegExp(other.name) })
  await row.getByText('Answered', { exact: true }).waitFor()
  await row.getByText(/No objection/).waitFor()
  expect(await findings(page, 'table')).toEqual([])
  const download = page.waitForEvent('download')
  await dialog.getByRole('button', { name: 'Export CSV' }).click()
  expect((await download).suggestedFilename()).toMatch(/\.csv$/)
  await context.close()
})
