import { afterAll, beforeAll, expect, test } from 'vitest'
import { Api, letter, until } from './api'
import { fillDay, newPage, openDesk, signIn, type Desk } from './harness'
import { violations } from './violations'

let desk: Desk
let api: Api
const tag = `W${Date.now() % 100_000}`
const keyword = `label-${tag.toLowerCase()}`
beforeAll(async () => {
  desk = await openDesk(18)
  api = Api.of(desk)
  await api.deliver(letter(`${tag} red tape cut`, 'short', { From: 'Quennell Ashdown <quennell@outside.example>' }))
  await api.deliver(letter(`${tag} tape, red`, 'short'))
  await api.deliver(letter(`${tag} other`, 'short'), 'archive', { $seen: true, [keyword]: true })
  await until(async () => (await api.find({ subject: tag })).length === 3, 'indexed')
})
afterAll(() => desk.close())

test('suggestions while typing: people, folders, labels, earlier searches; taken by keys', async () => {
  const { page, context, errors } = await newPage(desk, { prefs: { labels: [{ keyword, name: '預算', colour: 'blue' }] } })
  await signIn(page, desk)
  await page.keyboard.press('/')
  await page.getByRole('button', { name: 'has:attachment' }).waitFor()
  await page.keyboard.type('arch')
  await page.getByRole('option', { name: 'In Archive' }).waitFor()
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.waitForURL(/q=in%3AArchive/)
  await page.keyboard.press('Escape')
  await page.keyboard.press('/')
  await page.keyboard.type('預')
  await page.getByRole('option', { name: 'Label 預算' }).click()
  await page.getByRole('row', { name: new RegExp(`${tag} other`) }).waitFor()
  expect(await page.getByRole('row').count()).toBe(1)
  await page.keyboard.press('Escape')
  await page.keyboard.press('/')
  await page.getByRole('option', { name: /label:預算/ }).waitFor()
  await page.keyboard.type('pan.h')
  await page.getByRole('option', { name: /^From / }).first().waitFor()
  expect(errors.filter((x) => !x.includes('401'))).toEqual([])
  await context.close()
})

test('a phrase in quotation marks, a minus, chips that take a term out', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  const rows = page.getByRole('row')
  const search = async (q: string, n: number): Promise<void> => {
    await page.locator('[type=search]').fill(q)
    await page.keyboard.press('Enter')
    await until(async () => page.url().includes(new URLSearchParams({ q }).toString()) && (await page.getByText(n === 1 ? '1 item' : `${n} items`, { exact: true }).count()) > 0, `${q}: ${n}`)
    await until(async () => (await rows.count()) === n, 'rows')
  }
  await search(`subject:${tag} red tape`, 2)
  await search(`subject:${tag} "red tape"`, 1)
  await search(`subject:${tag} -from:quennell`, 2)
  await page.getByRole('button', { name: 'Without Not: From: quennell' }).click()
  await until(async () => (await rows.count()) === 3, 'the term is gone')
  await page.getByRole('group', { name: 'Filter and sort' }).getByRole('button', { name: 'Unread' }).click()
  await until(async () => (await rows.count()) === 2, 'narrowed')
  await context.close()
})

test('OR, brackets and what is wrong with a search', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  const rows = page.getByRole('row')
  const search = async (q: string, n: number): Promise<void> => {
    await page.locator('[type=search]').fill(q)
    await page.keyboard.press('Enter')
    await until(async () => page.url().includes(new URLSearchParams({ q }).toString()) && (await rows.count()) === n, `${q}: ${n}`)
  }
  await search(`subject:${tag} (from:quennell OR in:archive)`, 2)
  await page.getByRole('button', { name: 'Without From: quennell or In Archive' }).waitFor()
  await search(`subject:${tag} -(from:quennell OR is:read)`, 1)
  await search(`subject:${tag} subject:(cut OR other)`, 2)
  await search(`主旨:${tag} newer_than:2d larger:1g OR subject:cut`, 1)
  expect(await page.getByRole('status').filter({ hasText: 'left out' }).count()).toBe(0)
  await search(`subject:${tag} after:soon larger:big (cut OR other`, 2)
  const said = page.getByRole('status').filter({ hasText: 'A bracket is missing its other half.' })
  await said.getByText('after:soon is not a date and was left out.', { exact: false }).waitFor()
  await said.getByText('larger:big is not a size and was left out.', { exact: false }).waitFor()
  expect(await violations(page)).toEqual([])
  await context.close()
})

test('a search put together in a form, kept under a name, and found again after a reload', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.locator('[type=search]').fill(tag)
  await page.keyboard.press('Enter')
  await until(async () => (await page.getByRole('row').count()) === 3, 'three')
  await page.getByRole('button', { name: 'Filters' }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel('From', { exact: true }).fill('quennell')
  await fillDay(form, 'From date', '2020-02-29')
  await form.getByLabel('Unread').check()
  await form.getByRole('button', { name: 'Search' }).click()
  await until(async () => (await page.getByRole('row').count()) === 1, 'one')
  expect(await page.locator('[type=search]').inputValue()).toBe(`${tag} from:quennell after:2020-02-29 is:unread`)
  await page.getByRole('button', { name: 'Save search' }).click()
  await page.getByLabel('Name', { exact: true }).fill('From Quennell')
  await page.keyboard.press('Enter')
  await page.reload()
  await page.getByRole('treeitem', { name: /^Inbox/ }).first().click()
  await page.getByRole('button', { name: 'From Quennell' }).click()
  await until(async () => (await page.getByRole('row').count()) === 1, 'found again')
  await context.close()
})
