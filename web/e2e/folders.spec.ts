import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Api, letter, until } from './api'
import { newPage, openDesk, signIn, type Desk } from './harness'

let desk: Desk
let api: Api
beforeAll(async () => {
  desk = await openDesk(14)
  api = Api.of(desk)
})
afterAll(() => desk.close())

interface Box {
  id: string
  name: string
  parentId: string | null
  role: string | null
  isSubscribed: boolean
  totalEmails: number
}
const boxes = async (): Promise<Box[]> => (await api.call<{ list: Box[] }>('Mailbox/get', { ids: null })).list
const named = async (name: string): Promise<Box | undefined> => (await boxes()).find((b) => b.name === name)
const folder = (page: Page, name: string) => page.getByRole('treeitem', { name: new RegExp(`^${name}`) }).first()

async function make(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'New folder' }).click()
  await page.getByLabel('Name', { exact: true }).fill(name)
  await page.keyboard.press('Enter')
  await folder(page, name).waitFor()
}

test('a folder is made, renamed, put into another, deleted with its letters, and had back, by keys', async () => {
  const tag = `F${Date.now() % 100_000}`
  const { page, context, errors } = await newPage(desk)
  await signIn(page, desk)
  await make(page, `${tag} one`)
  await make(page, `${tag} two`)
  await page.getByRole('button', { name: 'New folder' }).click()
  await page.getByLabel('Name', { exact: true }).fill(`${tag} one`)
  await page.keyboard.press('Enter')
  await page.getByText('There is a folder of that name here already.').waitFor()
  await page.keyboard.press('Escape')

  await folder(page, `${tag} one`).focus()
  await page.keyboard.press('F2')
  await page.getByLabel('Name', { exact: true }).fill(`${tag} renamed`)
  await page.keyboard.press('Enter')
  await folder(page, `${tag} renamed`).waitFor()
  expect(await named(`${tag} renamed`)).toBeDefined()

  await folder(page, `${tag} renamed`).focus()
  await page.keyboard.press('Shift+F10')
  await page.getByRole('menuitem', { name: 'Move into another folder' }).click()
  await page.getByRole('combobox').fill(`${tag} two`)
  await page.keyboard.press('Enter')
  await until(async () => (await named(`${tag} renamed`))?.parentId === (await named(`${tag} two`))?.id, 'inside the other')

  const subject = `${tag} letter`
  const id = await api.deliver(letter(subject, 'x'))
  const inside = (await named(`${tag} renamed`))?.id ?? ''
  await api.call('Email/set', { update: { [id]: { mailboxIds: { [inside]: true } } } })
  await until(async () => (await named(`${tag} renamed`))?.totalEmails === 1, 'the letter is in it')
  await until(async () => (await folder(page, `${tag} renamed`).innerText()).replace(tag, '').includes('1'), 'its count is shown')
  await folder(page, `${tag} renamed`).focus()
  await page.keyboard.press('Delete')
  await page.getByText('and its message moved to Trash').waitFor()
  const trash = await api.box('trash')
  await until(async () => (await named(`${tag} renamed`))?.parentId === trash, 'in the bin whole')
  expect((await api.find({ inMailbox: inside })).map((e) => e.subject)).toEqual([subject])
  await page.keyboard.press('Control+z')
  await until(async () => (await named(`${tag} renamed`))?.parentId === (await named(`${tag} two`))?.id, 'back where it was')
  expect(errors.filter((x) => !x.includes('401'))).toEqual([])
  await context.close()
})

test('order by Alt and arrows, colour, out of sight and back', async () => {
  const tag = `O${Date.now() % 100_000}`
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await make(page, `${tag} a`)
  await make(page, `${tag} b`)
  await folder(page, `${tag} b`).focus()
  await page.keyboard.press('Alt+ArrowUp')
  const names = async (): Promise<string[]> => (await page.getByRole('treeitem').allInnerTexts()).map((x) => x.trim()).filter((x) => x.startsWith(tag))
  await until(async () => (await names()).join() === `${tag} b,${tag} a`, 'one up')
  await page.reload()
  await folder(page, `${tag} a`).waitFor()
  expect(await names()).toEqual([`${tag} b`, `${tag} a`])
  await folder(page, `${tag} a`).click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Green' }).click()
  await until(async () => (await folder(page, `${tag} a`).locator('svg[data-colour=green]').count()) === 1, 'green')
  await folder(page, `${tag} a`).click({ button: 'right' })
  await page.getByRole('menuitem', { name: 'Hide' }).click()
  await folder(page, `${tag} a`).waitFor({ state: 'detached' })
  expect((await named(`${tag} a`))?.isSubscribed).toBe(false)
  await page.getByRole('button', { name: /Show \d+ hidden folder/ }).click()
  await folder(page, `${tag} a`).waitFor()
  await context.close()
})

test('letters and folders are dragged, and what is dropped can be taken back', async () => {
  const tag = `D${Date.now() % 100_000}`
  for (const n of [2, 1]) await api.deliver(letter(`${tag} number ${n}`, 'x'))
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await make(page, `${tag} here`)
  await make(page, `${tag} there`)
  const row = (n: number) => page.getByRole('row', { name: new RegExp(`${tag} number ${n}`) })
  await row(1).click({ modifiers: ['Control'] })
  await row(2).click({ modifiers: ['Control'] })
  await row(1).dragTo(folder(page, `${tag} here`))
  await page.getByText(`2 messages moved to ${tag} here`).waitFor()
  await until(async () => (await named(`${tag} here`))?.totalEmails === 2, 'both are there')
  await page.getByRole('button', { name: 'Undo' }).click()
  await row(2).waitFor()
  await folder(page, `${tag} here`).dragTo(folder(page, `${tag} there`))
  await until(async () => (await named(`${tag} here`))?.parentId === (await named(`${tag} there`))?.id, 'folder in folder')
  await context.close()
})

test('emptying the bin asks, removes all in it, folders too, and cannot touch the rest', async () => {
  const tag = `E${Date.now() % 100_000}`
  for (const n of [1, 2, 3]) await api.deliver(letter(`${tag} rubbish ${n}`, 'x'), 'trash')
  const kept = await api.deliver(letter(`${tag} kept`, 'x'))
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await make(page, `${tag} old`)
  await folder(page, `${tag} old`).focus()
  await page.keyboard.press('Delete')
  await until(async () => (await named(`${tag} old`))?.parentId === (await api.box('trash')), 'folder in the bin')
  await folder(page, 'Trash').click()
  await page.getByRole('button', { name: 'More about this list' }).click()
  await page.getByRole('menuitem', { name: 'Empty Trash' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Empty Trash' }).click()
  await page.getByText('The trash is empty').waitFor()
  await until(async () => (await named(`${tag} old`)) === undefined, 'the folder is gone')
  expect(await api.find({ subject: `${tag} rubbish` })).toEqual([])
  expect((await api.find({ subject: `${tag} kept` })).map((e) => e.id)).toEqual([kept])
  await context.close()
})
