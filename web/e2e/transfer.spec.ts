import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Api, letter, until } from './api'
import { findings } from './axe'
import { newPage, openDesk, signIn, type Desk } from './harness'

let run = 0
let desk: Desk
let api: Api
beforeAll(async () => {
  desk = await openDesk(34)
  api = Api.of(desk)
})
beforeEach(() => {
  run = Date.now() // a second try must not find the letters of the first
})
afterAll(() => desk.close())

const mbox = (n: number): string =>
  Array.from({ length: n }, (_, i) => `From a@out.example Thu Feb  3 04:05:0${i} 2022\nFrom: A <a@out.example>\nSubject: Taken ${run} ${i}\nMessage-ID: <${run}.${i}@out.example>\nDate: Thu, 3 Feb 2022 04:05:06 +0000\nStatus: ${i === 0 ? 'RO' : 'O'}\nX-Status: ${i === 0 ? 'F' : ''}\n\n>From the beginning\n`).join('\n')

test('a file of letters is taken in with dates and marks, twice without doubles, and out again', async () => {
  const { page, context, errors } = await newPage(desk)
  await signIn(page, desk)
  await page.goto(`${desk.url}/settings/files`)
  await page.locator('#settings-heading').waitFor()
  const folder = await api.call<{ list: { id: string; name: string; role: string | null }[] }>('Mailbox/get', { ids: null })
  const archive = folder.list.find((m) => m.role === 'archive')?.id ?? ''
  await page.getByLabel('Folder').selectOption(archive)
  const give = async (): Promise<void> => page.locator('input[type=file]').setInputFiles({ name: 'old.mbox', mimeType: 'application/mbox', buffer: Buffer.from(mbox(3)) })
  await give()
  await page.getByText('3 messages imported.').waitFor()
  await give()
  await page.getByText('3 were there already.').waitFor()
  expect(await findings(page, 'import and export')).toEqual([])
  const found = await until(async () => {
    const list = await api.find({ subject: `Taken ${run}` })
    return list.length === 3 && list
  }, 'imported')
  expect(found.map((e) => Boolean(e.keywords['$seen'])).filter(Boolean)).toHaveLength(1)
  const dates = await api.call<{ list: { receivedAt: string }[] }>('Email/get', { ids: found.map((e) => e.id), properties: ['receivedAt'] })
  expect(dates.list.map((e) => e.receivedAt).toSorted()[0]).toBe('2022-02-03T04:05:00Z')

  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: /^Export Archive/ }).click()])
  expect(file.suggestedFilename()).toMatch(/\.mbox$/)
  const text = readFileSync(await file.path(), 'utf8')
  expect(text).toContain(`Subject: Taken ${run} 2`)
  expect(text).toMatch(/^From a@out\.example Thu Feb {2}3 04:05:00 2022$/m)
  expect(text).toContain('\n>From the beginning\n')
  const [whole] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export the whole mailbox' }).click()])
  expect(readFileSync(await whole.path()).subarray(0, 2).toString()).toBe('PK')
  expect(errors.filter((e) => !/401/.test(e))).toEqual([])
  await context.close()
})

test('letters that are dropped onto a folder are taken in, and chosen ones go out', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  const subject = `Dropped ${run}`
  await page.locator('#list').evaluate((el, text) => {
    const data = new DataTransfer()
    data.items.add(new File([text], 'one.eml', { type: 'message/rfc822' }))
    el.dispatchEvent(new DragEvent('dragover', { dataTransfer: data, bubbles: true, cancelable: true }))
    el.dispatchEvent(new DragEvent('drop', { dataTransfer: data, bubbles: true, cancelable: true }))
  }, letter(subject, 'It came as a file'))
  await page.getByText('1 message imported.').waitFor()
  await page.getByRole('row', { name: new RegExp(subject) }).waitFor()
  const letterRow = page.getByRole('row', { name: new RegExp(subject) })
  await letterRow.hover()
  await letterRow.getByRole('checkbox').click({ force: true })
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Export' }).click()])
  expect(readFileSync(await file.path(), 'utf8')).toContain('It came as a file')
  await context.close()
})

test('the source, the way a letter took, and a clean page for printing', async () => {
  const subject = `Printed ${run}`
  await api.deliver(`Received: from mx.out.example by mx.city.example; Thu, 20 Nov 2025 01:02:08 +0000\nReceived: from pc.out.example by mx.out.example; Thu, 20 Nov 2025 01:02:03 +0000\n${letter(subject, '<p style="color:#c00000">Red words</p>', { 'Content-Type': 'text/html; charset=utf-8', 'X-Note': '=?utf-8?B?5YWs5paH?=' })}`)
  const { page, context, errors } = await newPage(desk)
  await signIn(page, desk)
  await page.getByRole('row', { name: new RegExp(subject) }).click()
  await page.frameLocator('article iframe').getByText('Red words').waitFor()
  await page.getByRole('button', { name: /More about the message/ }).click()
  await page.getByRole('menuitem', { name: 'Show source' }).click()
  const dialog = page.getByRole('dialog', { name: 'Message source' })
  await dialog.getByText('公文').waitFor()
  await dialog.getByText('5 s on the way').waitFor()
  expect(await findings(page, 'source')).toEqual([])
  await dialog.getByText('Raw', { exact: true }).click()
  await dialog.getByText('X-Note: =?utf-8?B?5YWs5paH?=').waitFor()
  await page.keyboard.press('Escape')
  await dialog.waitFor({ state: 'detached' })
  await page.getByRole('button', { name: /More about the message/ }).click()
  await page.getByRole('menuitem', { name: 'Print' }).click()
  const sheet = page.frameLocator('iframe[data-print]')
  await sheet.getByRole('heading', { name: subject }).waitFor()
  expect(await sheet.getByText('Red words').evaluate((e) => getComputedStyle(e).color)).toBe('rgb(192, 0, 0)')
  expect(await sheet.locator('.head th').allTextContents()).toEqual(['From', 'To', 'Date'])
  expect(errors.filter((e) => !/401|Blocked script execution/.test(e))).toEqual([])
  await context.close()
})
