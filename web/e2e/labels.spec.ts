import { afterAll, beforeAll, expect, test } from 'vitest'
import { Api, letter, until } from './api'
import { newPage, openDesk, signIn, type Desk } from './harness'

let desk: Desk
let api: Api
beforeAll(async () => {
  desk = await openDesk(15)
  api = Api.of(desk)
})
afterAll(() => desk.close())

const keywords = async (subject: string): Promise<string[]> => Object.keys((await api.find({ subject }))[0]?.keywords ?? {})

test('labels by the key l: made while typing, on many letters, as chips, as a place, by drag, away again', async () => {
  const tag = `B${Date.now() % 100_000}`
  for (const n of [3, 2, 1]) await api.deliver(letter(`${tag} number ${n}`, 'x'))
  const { page, context, errors } = await newPage(desk)
  await signIn(page, desk)
  const row = (n: number) => page.getByRole('row', { name: new RegExp(`${tag} number ${n}`) })
  await row(1).waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('Shift+ArrowDown')
  await page.getByText('2 chosen').waitFor()
  await page.keyboard.press('l')
  const box = page.getByRole('combobox', { name: 'Type the name of a label' })
  await box.fill('Budget 2026')
  await page.keyboard.press('Enter')
  await page.getByRole('option', { name: 'Budget 2026' }).and(page.locator('[aria-selected=true]')).waitFor()
  await page.keyboard.press('Control+Enter')
  await until(async () => (await keywords(`${tag} number 1`)).includes('budget-2026') && (await keywords(`${tag} number 2`)).includes('budget-2026'), 'both bear the keyword')
  expect(await keywords(`${tag} number 3`)).not.toContain('budget-2026')
  await row(1).getByText('Budget 2026').waitFor()

  await row(3).dragTo(page.getByRole('button', { name: 'Budget 2026' }))
  await until(async () => (await keywords(`${tag} number 3`)).includes('budget-2026'), 'labelled by a drop')
  await page.getByRole('button', { name: 'Budget 2026' }).click()
  await page.getByRole('heading', { name: 'Budget 2026' }).waitFor()
  await until(async () => (await page.getByRole('row').count()) === 3, 'the label is a place')

  await row(2).click()
  await page.getByRole('article').waitFor()
  await page.keyboard.press('l')
  await page.getByRole('option', { name: 'Budget 2026' }).click()
  await page.getByRole('button', { name: 'Apply' }).click()
  await until(async () => !(await keywords(`${tag} number 2`)).includes('budget-2026'), 'taken off')
  await until(async () => (await page.getByRole('row').count()) === 2, 'gone from the place')
  expect(errors.filter((x) => !x.includes('401'))).toEqual([])
  await context.close()
})

test('importance by the key i, as a mark with a word and a place of its own', async () => {
  const tag = `I${Date.now() % 100_000}`
  await api.deliver(letter(`${tag} urgent`, 'x'))
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.getByRole('row', { name: new RegExp(`${tag} urgent`) }).waitFor()
  await page.keyboard.press('j')
  await page.keyboard.press('i')
  await page.getByRole('row', { name: new RegExp(`Important.*${tag} urgent`) }).waitFor()
  await until(async () => (await keywords(`${tag} urgent`)).includes('$important'), 'kept by the server')
  await page.getByRole('treeitem', { name: 'Important' }).click()
  await page.getByRole('row', { name: new RegExp(`${tag} urgent`) }).waitFor()
  await context.close()
})

test('sort orders and what narrows a list hold for the place and survive a reload', async () => {
  const tag = `S${Date.now() % 100_000}`
  await api.deliver(letter(`${tag} b`, 'x'), 'inbox', { $seen: true, $flagged: true })
  await api.deliver(letter(`${tag} a`, 'x'.repeat(50_000)), 'inbox', { $seen: true })
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  const first = async (): Promise<string> => (await page.getByRole('row').first().getAttribute('aria-label')) ?? ''
  await page.getByRole('button', { name: 'Filter and sort' }).click()
  await page.getByRole('button', { name: 'Sorted: Newest first' }).click()
  await page.getByRole('menuitem', { name: 'Starred first' }).click()
  await until(async () => (await first()).includes(`${tag} b`), 'the starred one is first')
  await page.reload()
  await until(async () => (await first()).includes(`${tag} b`), 'still so')
  await page.getByRole('button', { name: 'Filter and sort' }).click()
  await page.getByRole('group', { name: 'Filter and sort' }).getByRole('button', { name: 'Starred', exact: true }).click()
  await page.waitForURL(/show=starred/)
  await until(async () => (await page.getByRole('row', { name: new RegExp(`${tag} a`) }).count()) === 0, 'only starred')
  await page.getByRole('button', { name: 'Sorted: Starred first' }).click()
  await page.getByRole('menuitem', { name: 'Newest first' }).click()
  await context.close()
})
