import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Api, letter, until } from './api'
import { findings } from './axe'
import { newPage, openDesk, signIn, type Desk } from './harness'

let desk: Desk
let api: Api
let colleague: Api
const other = inject('office').accounts[9] as { address: string; password: string; name: string }
beforeAll(async () => {
  desk = await openDesk(8)
  api = Api.of(desk)
  colleague = new Api(desk.url, other.address, other.password)
})
afterAll(() => desk.close())

test('write to a colleague from the directory, with a file, and it arrives', async () => {
  const subject = `工程會議紀錄 ${Date.now()}`
  const { page, context, errors } = await newPage(desk)
  await signIn(page, desk)
  await page.keyboard.press('c')
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByLabel('To', { exact: true }).fill(other.address.split('@')[0] as string)
  await sheet.getByRole('option', { name: new RegExp(other.name) }).waitFor()
  await page.keyboard.press('Enter')
  await sheet.getByRole('button', { name: `Remove ${other.name}` }).waitFor()
  await sheet.getByLabel('Subject').fill(subject)
  await page.keyboard.press('Enter')
  await page.keyboard.type('各位好，請見附件。')
  await page.keyboard.press('Control+b')
  await page.keyboard.type('bold')
  await sheet.locator('input[type=file]').setInputFiles({ name: '紀錄.txt', mimeType: 'text/plain', buffer: Buffer.from('內容') })
  await sheet.getByText('紀錄.txt').waitFor()
  await until(async () => (await sheet.locator('progress').count()) === 0, 'uploaded')
  await page.keyboard.press('Control+Enter')
  await page.getByText('Message sent').waitFor()
  await sheet.waitFor({ state: 'detached' })
  const got = await until(async () => (await colleague.find({ subject }))[0], 'delivered', 30_000)
  expect(got).toMatchObject({ subject, hasAttachment: true })
  expect(got.preview).toContain('各位好')
  const mine = await until(async () => (await api.find({ subject }))[0], 'kept in Sent')
  expect(mine.keywords['$draft']).toBeUndefined()
  expect(Object.keys(mine.mailboxIds)).toEqual([await api.box('sent')])
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})

test('sending can be undone for eight seconds; nothing has gone out', async () => {
  const subject = `Undone ${Date.now()}`
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.getByRole('button', { name: 'New message' }).click()
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByLabel('To', { exact: true }).fill(`${other.address},`)
  await sheet.getByLabel('Subject').fill(subject)
  await page.keyboard.press('Enter')
  await page.keyboard.type('Too early')
  await sheet.getByRole('button', { name: 'Send' }).click()
  await page.getByText('Message sent').waitFor()
  await page.getByRole('button', { name: 'Undo' }).click()
  await sheet.getByText('Too early').waitFor()
  await new Promise((r) => setTimeout(r, 10_000))
  expect(await colleague.find({ subject })).toEqual([])
  await sheet.getByRole('button', { name: 'Send' }).click()
  await until(async () => (await colleague.find({ subject }))[0], 'delivered after the second sending', 30_000)
  await context.close()
})

test('a draft saves itself, opens on another device, and can be discarded and brought back', async () => {
  const subject = `Draft ${Date.now()}`
  const here = await newPage(desk)
  await signIn(here.page, desk)
  await here.page.keyboard.press('c')
  await here.page.getByLabel('Subject').fill(subject)
  await here.page.locator('[data-body]').waitFor()
  await here.page.keyboard.press('Enter')
  await here.page.keyboard.type('Half a thought')
  await here.page.getByText('Saved', { exact: true }).waitFor()
  // The index that finds it may be a moment behind.
  await expect.poll(async () => (await api.find({ subject })).map((e) => Boolean(e.keywords['$draft'])), { timeout: 10_000 }).toEqual([true])
  await here.context.close()

  const { page, context } = await newPage(desk, { size: 'tablet' })
  await signIn(page, desk)
  await page.getByRole('button', { name: 'Show or hide folders' }).click()
  await page.getByRole('treeitem', { name: /^Drafts/ }).first().click()
  await page.getByRole('row', { name: new RegExp(subject) }).click()
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByText('Half a thought').waitFor()
  expect(await sheet.getByLabel('Subject').inputValue()).toBe(subject)
  await sheet.getByRole('button', { name: 'Discard draft' }).click()
  await page.getByText('Draft discarded').waitFor()
  await page.getByRole('row', { name: new RegExp(subject) }).waitFor({ state: 'detached' })
  await page.getByRole('button', { name: 'Undo' }).click()
  await sheet.getByText('Half a thought').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('row', { name: new RegExp(subject) }).waitFor()
  await expect.poll(async () => (await api.find({ subject })).length, { timeout: 10_000 }).toBe(1)
  await context.close()
})

test('an answer to all keeps the thread, marks the letter, and leaves oneself out', async () => {
  const subject = `Question ${Date.now()}`
  const id = `<q-${Date.now()}@outside.example>`
  await api.deliver(letter(subject, 'Could you tell us?', { 'Message-ID': id, To: `${desk.address}, ${other.address}` }))
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.getByRole('row', { name: new RegExp(subject) }).click()
  await page.getByRole('article').getByText('Could you tell us?').waitFor()
  await page.keyboard.press('a')
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByRole('button', { name: 'Remove Visitor' }).waitFor()
  expect(await sheet.getByRole('button', { name: `Remove ${desk.address}` }).count()).toBe(0)
  expect(await sheet.getByLabel('Subject').inputValue()).toBe(`Re: ${subject}`)
  await page.keyboard.type('Gladly.')
  await sheet.getByRole('button', { name: 'Remove Visitor' }).click()
  await page.keyboard.press('Control+Enter')
  await page.getByText('Message sent').waitFor()
  const got = await until(async () => (await colleague.find({ subject: `Re: ${subject}` }))[0], 'delivered', 30_000)
  expect([got.inReplyTo, got.references]).toEqual([[id.slice(1, -1)], [id.slice(1, -1)]])
  await until(async () => (await api.find({ subject })).some((e) => e.keywords['$answered']), 'marked as answered')
  await context.close()
})

test('a message without a recipient says so and stays', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.keyboard.press('c')
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByRole('button', { name: 'Send' }).click()
  await sheet.getByText('at least one recipient').waitFor()
  await sheet.getByLabel('To', { exact: true }).fill('nonsense@')
  await sheet.getByLabel('Subject').focus()
  await sheet.getByRole('button', { name: 'Send' }).click()
  await sheet.getByText('not a complete address').waitFor()
  await context.close()
})

test('closing the sheet asks about files on their way: they go on behind other work, or are given up', async () => {
  const subject = `Plans ${Date.now()}`
  const { page, context, errors } = await newPage(desk)
  await signIn(page, desk)
  let release: (() => void)[] = []
  await page.route('**/upload/**', async (r) => {
    await new Promise<void>((ok) => release.push(ok))
    await r.continue().catch(() => {})
  })
  const draft = async (): Promise<{ hasAttachment: boolean } | undefined> => (await api.find({ subject }))[0]
  const write = async (name: string): Promise<void> => {
    await sheet.locator('input[type=file]').setInputFiles({ name, mimeType: 'application/octet-stream', buffer: Buffer.alloc(300_000, 7) })
    await sheet.locator('progress').waitFor()
    await expect.poll(() => release.length).toBe(1)
  }
  await page.keyboard.press('c')
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByLabel('Subject').fill(subject)
  await write('plan-a.bin')
  await page.keyboard.press('Escape')
  const ask = page.getByRole('alertdialog', { name: 'A file is still being uploaded' })
  await ask.waitFor()
  expect(await findings(page, 'leaving with files on their way')).toEqual([])
  await ask.getByRole('button', { name: 'Go on writing' }).click()
  await ask.waitFor({ state: 'detached' })
  await sheet.getByText('plan-a.bin').waitFor()

  await sheet.getByRole('button', { name: 'Close and keep the draft' }).click()
  await ask.getByRole('button', { name: 'Close and go on uploading' }).click()
  await sheet.waitFor({ state: 'detached' })
  const note = page.getByText(`Uploading the files of “${subject}”`)
  await note.waitFor()
  expect((await until(draft, 'the words are kept at once')).hasAttachment).toBe(false)
  // Other work goes on, and what it says does not push the note away.
  for (let i = 0; i < 3; i++) await page.keyboard.press('s')
  await page.getByRole('link', { name: 'Settings' }).first().click().catch(() => {})
  expect(await note.count()).toBe(1)
  release.forEach((ok) => ok())
  await page.getByText(`the draft “${subject}” is kept with them`).waitFor()
  expect(await note.count()).toBe(0)
  expect((await until(async () => ((await draft())?.hasAttachment ? draft() : undefined), 'kept with its file'))?.hasAttachment).toBe(true)

  // Given up: what was written stays, without the file.
  const other = `Given up ${Date.now()}`
  release = []
  await page.goto(desk.url)
  await page.locator('[data-row]').first().waitFor()
  await page.keyboard.press('c')
  await sheet.getByLabel('Subject').fill(other)
  await write('plan-b.bin')
  await page.keyboard.press('Escape')
  await ask.getByRole('button', { name: 'Cancel uploads' }).click()
  await sheet.waitFor({ state: 'detached' })
  await page.getByText('Draft kept').waitFor()
  expect((await until(async () => (await api.find({ subject: other }))[0], 'kept without')).hasAttachment).toBe(false)
  release.forEach((ok) => ok())
  expect(errors.filter((e) => !/401|ERR_/.test(e))).toEqual([])
  await context.close()
})
