import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Api, letter, until } from './api'
import { findings } from './axe'
import { newPage, openDesk, signIn, type Desk } from './harness'

let desk: Desk
let api: Api
let colleague: Api
const other = inject('office').accounts[10] as { address: string; password: string; name: string }
beforeAll(async () => {
  desk = await openDesk(23)
  api = Api.of(desk)
  colleague = new Api(desk.url, other.address, other.password)
})
afterAll(() => desk.close())

const excel = `<html><body><table><tr><td style="color:black">機關</td><td align="right">人數</td></tr><tr><td>資訊處</td><td>12</td></tr></table></body></html>`
const png = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

test('a table of a spreadsheet and a picture are pasted, edited, sent and taken up again', async () => {
  const subject = `Rich ${Date.now()}`
  const { page, context, errors } = await newPage(desk)
  await signIn(page, desk)
  await page.keyboard.press('c')
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByLabel('To', { exact: true }).fill(`${other.address},`)
  await sheet.getByLabel('Subject').fill(subject)
  await page.keyboard.press('Enter')
  const body = sheet.locator('[data-body]')
  await body.click()
  await page.keyboard.type('Numbers:')
  await page.keyboard.press('Enter')
  await body.evaluate((el, html) => {
    const data = new DataTransfer()
    data.setData('text/html', html)
    data.setData('text/plain', 'x')
    el.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
  }, excel)
  await body.locator('td', { hasText: '資訊處' }).click()
  await sheet.getByRole('button', { name: 'Table' }).click()
  await page.getByRole('menuitem', { name: 'Add row below' }).click()
  expect(await body.locator('tr').count()).toBe(3)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Control+End')
  await body.evaluate((el, b64) => {
    const data = new DataTransfer()
    data.items.add(new File([Uint8Array.from(atob(b64), (c) => c.charCodeAt(0))], 'dot.png', { type: 'image/png' }))
    el.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }))
  }, png)
  await until(() => body.locator('img:not(.ProseMirror-separator)').evaluate((i: HTMLImageElement) => i.naturalWidth === 1), 'the picture is in the text')
  expect(await findings(page, 'rich')).toEqual([])
  await sheet.getByText('Saved', { exact: true }).waitFor()
  await until(async () => (await api.find({ subject }))[0]?.keywords['$draft'], 'saved')
  await page.waitForTimeout(2500) // the last save
  await page.keyboard.press('Escape')
  await sheet.waitFor({ state: 'detached' })

  // On another day, from the drafts.
  await page.getByRole('treeitem', { name: /^Drafts/ }).first().click()
  await page.getByRole('row', { name: new RegExp(subject) }).click()
  await body.locator('td', { hasText: '人數' }).waitFor()
  expect(await body.locator('tr').count()).toBe(3)
  await until(() => body.locator('img:not(.ProseMirror-separator)').evaluate((i: HTMLImageElement) => i.naturalWidth === 1), 'the picture is shown again')
  await sheet.getByRole('button', { name: 'Send' }).click()
  await page.getByText('Message sent').waitFor()
  const got = await until(async () => (await colleague.find({ subject }))[0], 'delivered', 30_000)
  const full = await colleague.call<{ list: { bodyValues: Record<string, { value: string }>; attachments: { cid: string; disposition: string }[] }[] }>('Email/get', { ids: [got.id], properties: ['bodyValues', 'attachments', 'htmlBody'], fetchHTMLBodyValues: true })
  const html = Object.values(full.list[0]?.bodyValues ?? {}).map((v) => v.value).join('')
  expect(html).toMatch(/<table[^>]*border-collapse/)
  expect(html).toMatch(/<td[^>]*border: ?1px solid/)
  expect(html).toContain(`cid:${full.list[0]?.attachments[0]?.cid}`)
  expect(full.list[0]?.attachments[0]?.disposition).toBe('inline')
  expect(errors.filter((e) => !/401/.test(e))).toEqual([])
  await context.close()
})

test('a missing subject and a missing file are asked about', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.keyboard.press('c')
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByLabel('To', { exact: true }).fill(`${other.address},`)
  await sheet.locator('[data-body]').click()
  await page.keyboard.type('詳如附件，請查照。')
  await sheet.getByRole('button', { name: 'Send' }).click()
  await page.getByRole('alertdialog').getByText('hard to recognise').waitFor()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click()
  await sheet.getByLabel('Subject').fill(`Asked ${Date.now()}`)
  await sheet.getByRole('button', { name: 'Send' }).click()
  await page.getByRole('alertdialog').getByText('no file is attached').waitFor()
  await page.getByRole('button', { name: 'Send without a file' }).click()
  await page.getByText('Message sent').waitFor()
  await context.close()
})

test('a letter goes along as a file, and one is written once more', async () => {
  const subject = `Whole ${Date.now()}`
  await api.deliver(letter(subject, 'The words of the letter'))
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.getByRole('row', { name: new RegExp(subject) }).click()
  await page.getByText('The words of the letter').first().waitFor()
  await page.getByRole('button', { name: /More about the message/ }).click()
  await page.getByRole('menuitem', { name: 'Forward as attachment' }).click()
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByText(`${subject}.eml`).waitFor()
  await sheet.getByLabel('To', { exact: true }).fill(`${other.address},`)
  await sheet.getByRole('button', { name: 'Send' }).click()
  await page.getByText('Message sent').waitFor()
  const got = await until(async () => (await colleague.find({ subject: `Fwd: ${subject}` }))[0], 'delivered', 30_000)
  expect(got.hasAttachment).toBe(true)
  await page.getByRole('button', { name: /More about the message/ }).click()
  await page.getByRole('menuitem', { name: 'Edit as new message' }).click()
  await sheet.getByText('The words of the letter').waitFor()
  expect(await sheet.getByLabel('Subject').inputValue()).toBe(subject)
  await context.close()
})
