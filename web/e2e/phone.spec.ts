import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Api, letter, until } from './api'
import { newPage, openDesk, signIn, type Desk } from './harness'

let desk: Desk
let api: Api
beforeAll(async () => {
  desk = await openDesk(12)
  api = Api.of(desk)
})
afterAll(() => desk.close())

async function swipe(page: Page, name: RegExp, by: number): Promise<void> {
  const box = await page.getByRole('row', { name }).boundingBox()
  if (!box) throw new Error('no row to swipe')
  const cdp = await page.context().newCDPSession(page)
  const y = box.y + box.height / 2
  const x = box.x + box.width / 2
  const at = (dx: number): { x: number; y: number }[] => [{ x: x + dx, y }]
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: at(0) })
  for (let i = 1; i <= 8; i++) await cdp.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: at((by * i) / 8) })
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  // Chromium takes a tap within a moment of a swipe for a part of it.
  await page.waitForTimeout(800)
}

test('one pane at a time; the back gesture leads from letter to list', async () => {
  const subject = `Phone ${Date.now()}`
  await api.deliver(letter(subject, 'On the road'))
  const { page, context } = await newPage(desk, { size: 'phone' })
  await signIn(page, desk)
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  await page.getByRole('row', { name: new RegExp(subject) }).tap()
  await page.getByRole('article').getByText('On the road').waitFor()
  expect(await page.locator('[role=grid]').count()).toBe(0)
  await page.goBack()
  await page.getByRole('row', { name: new RegExp(subject) }).waitFor()
  await context.close()
})

test('swiping archives and deletes, with undo; the same acts are buttons', async () => {
  const tag = `Swipe ${Date.now()}`
  await api.deliver(letter(`${tag} b`, 'B'))
  await api.deliver(letter(`${tag} a`, 'A'))
  const { page, context } = await newPage(desk, { size: 'phone' })
  await signIn(page, desk)
  const place = async (n: string): Promise<string[]> => Object.keys((await api.find({ subject: `${tag} ${n}` }))[0]?.mailboxIds ?? {})
  await swipe(page, new RegExp(`${tag} a`), 160)
  await page.getByText('Archived').waitFor()
  await until(async () => (await place('a')).includes(await api.box('archive')), 'archived')
  await page.getByRole('button', { name: 'Undo' }).click()
  await page.getByRole('row', { name: new RegExp(`${tag} a`) }).waitFor()
  await swipe(page, new RegExp(`${tag} b`), -160)
  await page.getByText('Moved to Trash').waitFor()
  await page.getByRole('row', { name: new RegExp(`${tag} a`) }).tap()
  await page.getByRole('toolbar').getByRole('button', { name: 'Archive' }).tap()
  await page.getByRole('row').first().waitFor()
  await until(async () => (await place('a')).includes(await api.box('archive')), 'archived by the button')
  await context.close()
})

test('writing takes the whole screen and the back gesture keeps the draft', async () => {
  const subject = `Phone draft ${Date.now()}`
  const { page, context } = await newPage(desk, { size: 'phone' })
  await signIn(page, desk)
  await page.getByRole('button', { name: 'New message' }).tap()
  await page.getByLabel('Subject').fill(subject)
  await page.goBack()
  await page.getByRole('dialog').waitFor({ state: 'detached' })
  await page.getByText('Draft kept').waitFor()
  expect(await api.find({ subject })).toHaveLength(1)
  await page.getByRole('row').first().waitFor()
  await context.close()
})

test('folders slide in, keep the focus, and give it back', async () => {
  const { page, context } = await newPage(desk, { size: 'phone' })
  await signIn(page, desk)
  const toggle = page.getByRole('button', { name: 'Show or hide folders' })
  await toggle.tap()
  const drawer = page.getByRole('dialog', { name: 'Folders' })
  await drawer.getByRole('treeitem', { name: /^Inbox/ }).first().waitFor()
  expect(await page.evaluate(() => document.activeElement?.closest('dialog') !== null)).toBe(true)
  await page.keyboard.press('Escape')
  await drawer.waitFor({ state: 'detached' })
  expect(await toggle.evaluate((b) => document.activeElement === b)).toBe(true)
  await toggle.tap()
  await drawer.getByRole('treeitem', { name: /^Sent/ }).first().tap()
  await page.getByRole('heading', { name: 'Sent' }).waitFor()
  await drawer.waitFor({ state: 'detached' })
  await context.close()
})

test('touch targets are large enough', async () => {
  const { page, context } = await newPage(desk, { size: 'phone' })
  await signIn(page, desk)
  const small = async (): Promise<string[]> =>
    page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('header button, nav button, [role=toolbar] button, article footer button')]
        .filter((b) => b.offsetParent !== null && getComputedStyle(b, '::after').position !== 'absolute' && (b.offsetWidth < 36 || b.offsetHeight < 36))
        .map((b) => b.ariaLabel ?? b.innerText),
    )
  expect(await small()).toEqual([])
  await page.getByRole('row').first().tap()
  await page.getByRole('article').waitFor()
  expect(await small()).toEqual([])
  await context.close()
})
