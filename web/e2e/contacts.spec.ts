import { afterAll, beforeAll, expect, test } from 'vitest'
import { Api, until } from './api'
import { newPage, openDesk, signIn, type Desk } from './harness'
import { findings } from './look'

let desk: Desk
let api: Api
beforeAll(async () => {
  desk = await openDesk(22)
  api = Api.of(desk)
  const old = await api.call<{ list: { id: string }[] }>('ContactCard/get', { ids: null, properties: ['id'] })
  await api.call('ContactCard/set', { destroy: old.list.map((c) => c.id) })
})
afterAll(() => desk.close())

interface Card {
  id: string
  kind?: string
  name?: { full?: string }
  emails?: Record<string, { address: string }>
  members?: Record<string, true>
}
const cards = async (): Promise<Card[]> => (await api.call<{ list: Card[] }>('ContactCard/get', { ids: null })).list
const named = async (full: string): Promise<Card | undefined> => (await cards()).find((c) => c.name?.full === full)

test('a contact is made, found, changed, put into a group, written to and removed with the way back', async () => {
  const { page, context, errors } = await newPage(desk)
  await signIn(page, desk)
  await page.getByRole('button', { name: 'Contacts' }).click()
  await page.getByText('No contacts yet').waitFor()
  await page.keyboard.press('n')
  const form = page.getByRole('dialog', { name: 'New contact' })
  await form.getByLabel('Given name').fill('志明')
  await form.getByLabel('Surname').fill('陳')
  await form.getByLabel('Organisation').fill('晨報')
  await form.getByRole('textbox', { name: 'Email' }).fill('chen@press.example')
  await form.getByRole('textbox', { name: 'Telephone' }).fill('02 2720 8889')
  expect(await findings(page, 'form')).toEqual([])
  await page.keyboard.press('Enter')
  await page.getByRole('heading', { name: '陳志明' }).waitFor()
  expect((await named('陳志明'))?.emails).toMatchObject({ a1: { address: 'chen@press.example', contexts: { work: true } } })

  await page.getByRole('button', { name: 'Edit' }).click()
  await page.getByRole('dialog').getByLabel('Note').fill('Editor')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('article').getByText('Editor').waitFor()
  expect(await findings(page, 'card')).toEqual([])

  await page.getByRole('button', { name: 'More actions' }).click()
  await page.getByRole('menuitem', { name: 'New group' }).click()
  const group = page.getByRole('dialog', { name: 'New group' })
  await group.getByLabel('Group name').fill('Morning circle')
  await group.getByLabel('陳志明').check()
  await group.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('heading', { name: 'Morning circle' }).waitFor()
  await page.getByRole('button', { name: 'Write to all' }).click()
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByRole('button', { name: 'Remove 陳志明' }).waitFor()
  await sheet.getByText('1 recipient is outside').waitFor()
  await sheet.getByRole('button', { name: 'Discard draft' }).click()

  // In compose the group is completed and stands for its members.
  await page.keyboard.press('c')
  await sheet.getByLabel('To', { exact: true }).fill('morning circ')
  await sheet.getByRole('option', { name: /Morning circle/ }).waitFor()
  await page.keyboard.press('Enter')
  await sheet.getByRole('button', { name: 'Remove 陳志明' }).waitFor()
  await sheet.getByRole('button', { name: 'Discard draft' }).click()

  await page.getByRole('button', { name: 'Contacts' }).click()
  await page.getByRole('button', { name: 'All contacts' }).click()
  await page.getByLabel('Search contacts').fill('chenbao')
  await page.getByText('No contact matches').waitFor()
  await page.getByLabel('Search contacts').fill('晨報')
  await page.getByRole('button', { name: /陳志明/ }).click()
  await page.getByRole('article').getByRole('button', { name: 'Delete' }).click()
  await until(async () => !(await named('陳志明')), 'removed')
  await page.locator('div').filter({ hasText: '陳志明 deleted' }).getByRole('button', { name: 'Undo' }).last().click()
  await until(() => named('陳志明'), 'back again')
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})

test('vCards come in on a phone, in the order of the language', async () => {
  const { page, context } = await newPage(desk, { size: 'phone', language: 'vi' })
  await signIn(page, desk)
  await page.goto(`${desk.url}/contacts`)
  const file = ['Nguyễn;Hồng;Thị', 'Trần;Anh;', 'Đỗ;Đạt;Văn'].map((n) => `BEGIN:VCARD\r\nVERSION:3.0\r\nN:${n};;\r\nEMAIL:${n.split(';')[1]}@x.example\r\nEND:VCARD\r\n`).join('')
  await page.locator('[data-card]').first().waitFor() // the page is put together anew once the list has come
  await page.locator('input[type=file]').setInputFiles({ name: 'people.vcf', mimeType: 'text/vcard', buffer: Buffer.from(file) })
  await page.getByText('Đã thêm 3').waitFor()
  const names = await page.locator('[data-card]').allInnerTexts()
  const at = (s: string): number => names.findIndex((n) => n.includes(s))
  expect(at('Trần Anh')).toBeGreaterThanOrEqual(0)
  expect(at('Trần Anh')).toBeLessThan(at('Đỗ Văn Đạt'))
  expect(at('Đỗ Văn Đạt')).toBeLessThan(at('Nguyễn Thị Hồng'))
  expect(await findings(page, 'list')).toEqual([])
  await page.locator('[data-card]').nth(at('Trần Anh')).click()
  await page.getByRole('heading', { name: 'Trần Anh' }).waitFor()
  expect(await findings(page, 'card')).toEqual([])
  await page.goBack()
  await page.locator('[data-card]').first().waitFor()
  await context.close()
})

test('a choice made on one device is there on another', async () => {
  const one = await newPage(desk)
  await signIn(one.page, desk)
  await one.page.waitForTimeout(500)
  await one.page.goto(`${desk.url}/settings/general`)
  await one.page.getByRole('radiogroup', { name: 'Rows' }).locator('label').last().click()
  await until(async () => (await api.call<{ list: { id: string; value: unknown }[] }>('Preference/get', { ids: ['ui-density'] })).list[0]?.value === 'comfortable', 'kept on the server')
  await one.context.close()
  const other = await newPage(desk)
  await signIn(other.page, desk)
  await until(async () => (await other.page.locator('html').getAttribute('data-density')) === 'comfortable', 'taken over')
  await api.call('Preference/set', { update: { 'ui-density': { value: 'normal' } } })
  await until(async () => (await other.page.locator('html').getAttribute('data-density')) === 'normal', 'told while the page is open')
  await other.context.close()
})
