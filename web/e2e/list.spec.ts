import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Api, letter, until } from './api'
import { newPage, openDesk, signIn, type Desk } from './harness'

let desk: Desk
let api: Api
beforeAll(async () => {
  desk = await openDesk(6)
  api = Api.of(desk)
})
afterAll(() => desk.close())

let tag = ''
beforeEach(async () => {
  tag = `L${Date.now()}`
  for (const n of [3, 2, 1]) await api.deliver(letter(`${tag} number ${n}`, `Body ${n}`))
})
const where = async (n: number): Promise<string[]> => Object.keys((await api.find({ subject: `${tag} number ${n}` }))[0]?.mailboxIds ?? {})

test('a morning by the keyboard alone: j, x, e, undo, star, read, delete', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  const row = (n: number) => page.getByRole('row', { name: new RegExp(`${tag} number ${n}`) })
  await row(1).waitFor()
  const inbox = await api.box('inbox')

  await page.keyboard.press('j')
  expect(await row(1).evaluate((r) => document.activeElement === r)).toBe(true)
  await page.keyboard.press('e')
  await row(1).waitFor({ state: 'detached' })
  await until(async () => (await where(1)).includes(await api.box('archive')), 'archived on the server')
  await page.keyboard.press('Control+z')
  await row(1).waitFor()
  await until(async () => (await where(1)).includes(inbox), 'back on the server')

  await page.keyboard.press('k')
  await page.keyboard.press('k')
  await page.keyboard.press('x')
  await page.keyboard.press('j')
  await page.keyboard.press('x')
  await page.getByText('2 chosen').waitFor()
  await page.keyboard.press('#')
  await row(1).waitFor({ state: 'detached' })
  await row(2).waitFor({ state: 'detached' })
  await row(3).waitFor()
  await until(async () => (await where(2)).includes(await api.box('trash')), 'in the bin on the server')
  await page.getByRole('button', { name: 'Undo' }).click()
  await row(2).waitFor()

  await page.keyboard.press('Escape')
  await page.keyboard.press('k')
  await page.keyboard.press('k')
  await page.keyboard.press('s')
  await until(async () => (await api.find({ subject: `${tag} number 1` }))[0]?.keywords['$flagged'], 'starred')
  await page.keyboard.press('Enter')
  await page.getByRole('article').getByText('Body 1').waitFor()
  await page.keyboard.press('j')
  await page.getByRole('article').getByText('Body 2').waitFor()
  await page.keyboard.press('Escape')
  await page.getByText('No message is open').waitFor()
  await context.close()
})

test('moving by the list of folders, and the folder shows it', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.getByRole('row', { name: new RegExp(`${tag} number 1`) }).click()
  await page.getByRole('toolbar').getByRole('button', { name: 'Move' }).click()
  await page.getByRole('combobox', { name: 'Type the name of a folder' }).fill('jun')
  await page.keyboard.press('Enter')
  await page.getByText('Moved to Junk').waitFor()
  await page.getByRole('treeitem', { name: /^Junk/ }).first().click()
  await page.getByRole('row', { name: new RegExp(`${tag} number 1`) }).waitFor()
  await context.close()
})

test('what is deleted in the bin asks first and is gone for good', async () => {
  const id = await api.deliver(letter(`${tag} rubbish`, 'x'), 'trash')
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.getByRole('treeitem', { name: /^Trash/ }).first().click()
  await page.getByRole('row', { name: new RegExp(`${tag} rubbish`) }).click()
  await page.getByRole('toolbar').getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click()
  expect((await api.find({ subject: `${tag} rubbish` })).map((e) => e.id)).toEqual([id])
  await page.getByRole('toolbar').getByRole('button', { name: 'Delete' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: /for good/ }).click()
  await until(async () => (await api.find({ subject: `${tag} rubbish` })).length === 0, 'destroyed')
  await context.close()
})

test('only unread, and all again', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.getByRole('button', { name: 'Unread', exact: true }).click()
  await page.getByRole('row', { name: new RegExp(`${tag} number 1`) }).waitFor()
  expect(await page.locator('[role=row]:not([data-unread])').count()).toBe(0)
  await page.getByRole('button', { name: 'All', exact: true }).click()
  await context.close()
})

test('what arrives shows without a reload and does not move what is being read', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  const first = page.getByRole('row', { name: new RegExp(`${tag} number 1`) })
  await first.click()
  await page.getByRole('article').getByText('Body 1').waitFor()
  const started = Date.now()
  await api.deliver(letter(`${tag} just in`, 'Fresh'))
  await page.getByRole('row', { name: new RegExp(`${tag} just in`) }).waitFor()
  console.log(`shown ${Date.now() - started} ms after delivery began`)
  expect(await page.getByRole('article').getByText('Body 1').isVisible()).toBe(true)
  const inTitle = async (): Promise<number> => Number(/^\((\d+)\)/.exec(await page.title())?.[1] ?? 0)
  expect(await inTitle()).toBeGreaterThan(0)
  await context.close()
})

test('a click into a list that still runs opens the letter below the mouse', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.locator('[data-row]').first().waitFor()
  const box = await page.locator('#list').boundingBox()
  const [x, y] = [(box?.x ?? 0) + 200, (box?.y ?? 0) + 150]
  await page.mouse.move(x, y)
  await page.mouse.wheel(0, 130)
  await page.waitForFunction(() => (document.getElementById('list')?.scrollTop ?? 0) > 0)
  await page.mouse.click(x, y)
  await page.locator('article[data-thread]').waitFor()
  const under = await page.evaluate(([x, y]) => document.elementFromPoint(x as number, y as number)?.closest('[data-row]')?.getAttribute('aria-current'), [x, y])
  expect(under).toBe('true')
  // At rest rows hear of the mouse again.
  await page.mouse.move(x, y + 60)
  await page.mouse.move(x, y + 64)
  await page.locator('[data-row]:hover').getByRole('checkbox').waitFor()
  await context.close()
})
