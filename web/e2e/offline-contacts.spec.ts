import type { Page } from 'playwright-core'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Api, letter, until } from './api'
import { kept, shellKept, stored } from './away'
import { newPage, openDesk, signIn, type Desk } from './harness'
import { findings } from './look'

let desk: Desk
let api: Api
beforeAll(async () => {
  desk = await openDesk(49)
  api = Api.of(desk)
  const old = await api.call<{ list: { id: string }[] }>('ContactCard/get', { ids: null, properties: ['id'] })
  await api.call('ContactCard/set', { destroy: old.list.map((c) => c.id) })
})
afterAll(() => desk.close())

interface Card {
  id: string
  name?: { full?: string }
  emails?: Record<string, { address: string }>
  notes?: Record<string, { note: string }>
}
const cards = async (): Promise<Card[]> => (await api.call<{ list: Card[] }>('ContactCard/get', { ids: null })).list
const whole = (c: Card): string => c.name?.full ?? ''

async function book(): Promise<string> {
  const r = await api.call<{ list: { id: string; isDefault: boolean }[] }>('AddressBook/get', { ids: null })
  return (r.list.find((b) => b.isDefault) ?? r.list[0])?.id ?? ''
}

async function make(full: string, address: string): Promise<string> {
  const r = await api.call<{ created: { c: { id: string } } }>('ContactCard/set', { create: { c: { addressBookIds: { [await book()]: true }, name: { full }, emails: { e: { address } } } } })
  return r.created.c.id
}

async function change(page: Page, name: string, note: string): Promise<void> {
  await page.getByRole('button', { name: 'Contacts', exact: true }).click()
  await page.getByText(name, { exact: true }).first().click()
  await page.getByRole('button', { name: 'Edit' }).click()
  await page.getByRole('dialog').getByLabel('Note').fill(note)
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('article').getByText(note).waitFor()
}

test('without a line contacts are found, made and changed; small files open; what was changed elsewhere too is told and lost on neither side', async () => {
  const tag = `F${Date.now()}`
  const same = await make('沈書豪', 'shen@field.example')
  const gone = await make('許家瑜', 'xu@field.example')
  const text = Buffer.from('工地照片清單\nfor the field').toString('base64')
  const big = 'A'.repeat(3_200_000).replace(/.{76}/g, '$&\n')
  await api.deliver(
    letter(`${tag} with files`, `--b\nContent-Type: text/plain; charset=utf-8\n\nSee the files\n--b\nContent-Type: text/plain; name="list.txt"\nContent-Disposition: attachment; filename="list.txt"\nContent-Transfer-Encoding: base64\n\n${text}\n--b\nContent-Type: application/octet-stream; name="large.bin"\nContent-Disposition: attachment; filename="large.bin"\nContent-Transfer-Encoding: base64\n\n${big}\n--b--`, { 'Content-Type': 'multipart/mixed; boundary=b' }),
  )
  const { page, context } = await newPage(desk, { worker: true, prefs: { offline: true } })
  await signIn(page, desk)
  await shellKept(page)
  await kept(page, 'card/', 'people', 'file/', 'front')
  await page.waitForTimeout(4000)
  for (const secret of ['沈書豪', 'shen@field', '工地照片', 'for the field']) expect(await stored(page)).not.toContain(Buffer.from(secret).toString('latin1'))
  await page.goto(desk.url) // under the worker
  await page.getByRole('row', { name: new RegExp(tag) }).waitFor()

  await context.setOffline(true)
  await page.goto(desk.url)
  await page.getByRole('row', { name: new RegExp(tag) }).click({ timeout: 20_000 })
  const files = page.getByRole('region', { name: 'Attachments' }).or(page.locator('article section[aria-label]').filter({ hasText: 'list.txt' })).last()
  await files.getByText('not on this device').waitFor()
  expect(await files.getByText('not on this device').count()).toBe(1)
  // The small one is looked at and saved; the large one is said not to be here.
  await files.getByRole('button', { name: /list\.txt/ }).click()
  await page.getByText('工地照片清單').waitFor()
  await page.keyboard.press('Escape')
  const [saved] = await Promise.all([page.waitForEvent('download'), files.getByRole('link', { name: /list\.txt/ }).click()])
  expect([saved.suggestedFilename(), readFileSync(await saved.path(), 'utf8')]).toEqual(['list.txt', '工地照片清單\nfor the field'])
  await files.getByRole('link', { name: /large\.bin/ }).click()
  await page.getByText('This file is not kept on this device').waitFor()

  // The recipient field finds contacts.
  await page.keyboard.press('c')
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByRole('combobox', { name: 'To' }).fill('書豪')
  await page.getByRole('option', { name: /shen@field\.example/ }).click()
  await sheet.getByRole('button', { name: 'Remove 沈書豪' }).waitFor()
  await sheet.getByRole('button', { name: 'Discard draft' }).click()

  await page.getByRole('button', { name: 'Contacts', exact: true }).click()
  await page.getByText('沈書豪').first().waitFor()
  await page.keyboard.press('n')
  const form = page.getByRole('dialog', { name: 'New contact' })
  await form.getByLabel('Given name').fill('美玲')
  await form.getByLabel('Surname').fill('周')
  await form.getByRole('textbox', { name: 'Email' }).fill('zhou@field.example')
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: '周美玲' }).waitFor()
  await change(page, '沈書豪', 'From the field')
  await change(page, '許家瑜', 'Also from the field')
  // The page is closed and opened again: what was written is there.
  await page.goto(`${desk.url}/contacts`)
  await page.getByText('周美玲').first().waitFor({ timeout: 20_000 })

  // Meanwhile, at the desk: the note of one is written, the other is deleted.
  await api.call('ContactCard/set', { update: { [same]: { notes: { a: { note: 'From the desk' } } } }, destroy: [gone] })
  await context.setOffline(false)
  await until(async () => (await cards()).length >= 4, 'all of it arrived', 40_000)
  // One by one, as errors are told.
  await page.getByText(/(沈書豪|許家瑜) was also changed elsewhere/).first().waitFor({ timeout: 10_000 })
  await page.waitForTimeout(3000)
  const all = await cards()
  const notes = (c: Card): string => Object.values(c.notes ?? {})[0]?.note ?? ''
  expect(all.map((c) => `${whole(c)}: ${notes(c)}`).sort()).toEqual(['沈書豪: From the desk', '沈書豪: From the field', '許家瑜: Also from the field', '周美玲: '].sort())
  // And the room shows what the server has, each once.
  await until(async () => (await page.getByText('沈書豪', { exact: true }).count()) >= 2, 'both are shown')
  expect(await page.getByText('周美玲', { exact: true }).count()).toBe(1)
  await context.close()
}, 240_000)

test('without a line a shared mailbox says so, and one\'s own goes on', async () => {
  const jian = await openDesk(11)
  const { page, context } = await newPage(jian, { worker: true, prefs: { offline: true } })
  await signIn(page, jian)
  await shellKept(page)
  await kept(page, 'email/', 'front', 'people') // which come after the words
  await page.waitForTimeout(1000)
  await context.setOffline(true)
  await page.goto(jian.url)
  await page.getByText('No connection').waitFor({ timeout: 20_000 })
  await page.getByRole('row').first().click()
  await page.getByRole('article').waitFor()
  await page.getByRole('article').locator('section').first().waitFor()
  const tree = page.getByRole('tree', { name: 'Shared mailboxes' })
  const root = tree.getByRole('treeitem', { name: /道路通報信箱|Road Reports/ })
  if ((await root.getAttribute('aria-expanded')) === 'false') await root.click()
  await tree.getByText('Not available without a connection').waitFor()
  expect(await findings(page, 'shared, away')).toEqual([])
  // With the line it comes back by itself.
  await context.setOffline(false)
  await tree.getByText('Not available without a connection').waitFor({ state: 'detached', timeout: 30_000 })
  await tree.getByRole('treeitem').nth(1).click()
  await page.getByRole('row').first().waitFor()
  await context.close()
  await jian.close()
}, 120_000)
