import { afterAll, beforeAll, expect, test } from 'vitest'
import { Api, letter, until } from './api'
import { newPage, openDesk, signIn, type Desk } from './harness'

let desk: Desk
let api: Api
beforeAll(async () => {
  desk = await openDesk(10)
  api = Api.of(desk)
})
afterAll(() => desk.close())

test('words and operators find, mark what matched, and lead back', async () => {
  const tag = `Q${Date.now()}`
  await api.deliver(letter(`${tag} 石牌橋檢測`, '橋墩沖刷深度已超過警戒值'))
  await api.deliver(letter(`${tag} lunch`, 'noodles'))
  await until(async () => (await api.find({ text: '沖刷深度', subject: tag })).length === 1, 'indexed')
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.keyboard.press('/')
  await page.keyboard.type(`subject:${tag} 沖刷深度`)
  const rows = page.locator('[role=row]')
  await until(async () => (await page.getByText('1 item', { exact: true }).count()) > 0, 'one is found')
  expect(await rows.count()).toBe(1)
  await page.locator('mark').first().waitFor()
  expect(await page.locator('mark').allInnerTexts()).toContain('沖刷深度')
  await rows.first().click()
  await page.getByRole('article').getByText('超過警戒值').waitFor()
  await page.getByRole('button', { name: 'Clear search' }).click()
  await page.getByRole('heading', { name: 'Inbox' }).waitFor()
  await context.close()
})

test('nothing found is said only after the search has ended', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  let release = (): void => {}
  const held = new Promise<void>((r) => (release = r))
  await page.route('**/jmap/api', async (route) => {
    if (route.request().postData()?.includes('zzqqxx')) await held
    await route.continue()
  })
  await page.getByRole('searchbox').fill('zzqqxx')
  await page.waitForURL(/~search/)
  await page.waitForTimeout(600)
  expect(await page.getByText('Nothing matches').count()).toBe(0)
  release()
  await page.getByText('Nothing matches “zzqqxx”').waitFor()
  await context.close()
})

test('a word under composition is not searched for', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  const box = page.getByRole('searchbox')
  await box.focus()
  const cdp = await context.newCDPSession(page)
  await cdp.send('Input.imeSetComposition', { text: 'ㄑㄧㄠ', selectionStart: 3, selectionEnd: 3 })
  await page.waitForTimeout(600)
  expect(page.url()).not.toContain('search')
  await cdp.send('Input.insertText', { text: '橋' })
  await page.waitForURL(/q=%E6%A9%8B/)
  await context.close()
})
