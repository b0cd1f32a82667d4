import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Api, letter, until } from './api'
import { newPage, openDesk, signIn, type Desk } from './harness'

// A morning's work, once without a mouse and once with a thumb: read twenty
// letters, answer five, file, label, search, report one.
let desk: Desk
let api: Api
beforeAll(async () => {
  desk = await openDesk(19)
  api = Api.of(desk)
})
afterAll(() => desk.close())

// A colleague stands for the public, so that answers arrive and none comes back.
const applicant = inject('office').accounts[20]?.address ?? ''

async function fill(tag: string): Promise<void> {
  for (let n = 20; n > 0; n--) await api.deliver(letter(`${tag} case ${n}`, `Text of case ${n}`, { From: `Applicant ${n} <${applicant}>` }))
}
const seen = async (tag: string): Promise<number> => (await api.find({ subject: `${tag} case`, hasKeyword: '$seen' })).length
const sent = async (tag: string): Promise<number> => (await api.find({ subject: `${tag} case`, inMailbox: await api.box('sent') })).length
const home = async (tag: string, n: number): Promise<string[]> => Object.keys((await api.find({ subject: `"${tag} case ${n}"`, notKeyword: '$answered' })).find((e) => e.subject === `${tag} case ${n}`)?.mailboxIds ?? {})

test('by the keyboard alone', async () => {
  const tag = `M${Date.now() % 100_000}`
  await fill(tag)
  await until(async () => (await api.find({ subject: `${tag} case` })).length === 20, 'indexed')
  const { page, context, errors } = await newPage(desk)
  await signIn(page, desk)
  const press = (k: string): Promise<void> => page.keyboard.press(k)
  const opened = async (n: number): Promise<void> => page.getByRole('article', { name: `${tag} case ${n}`, exact: true }).waitFor()
  await page.getByRole('row', { name: new RegExp(`${tag} case 1,`) }).waitFor()

  // Reads the first, then one after the other; answers every fourth.
  await press('j')
  await press('Enter')
  for (let n = 1; n <= 20; n++) {
    await opened(n)
    await until(async () => (await page.getByRole('article').getByText(`Text of case ${n}`, { exact: true }).count()) > 0, `the text of case ${n}`)
    if (n % 4 === 0) {
      await press('r')
      const sheet = page.locator('section[role=dialog]')
      await page.waitForFunction(() => document.activeElement?.closest('[data-body]'))
      await page.keyboard.type('Thank you, we are looking into it.')
      await press('Control+Enter')
      await sheet.waitFor({ state: 'detached' })
    }
    if (n < 20) await press('j')
  }
  await until(async () => (await seen(tag)) >= 20, 'all are read')
  await until(async () => (await sent(tag)) === 5, 'five answers', 30_000)

  // Back in the list: files one into a folder that is made on the way, labels two, reports one.
  await press('Escape')
  await page.getByText('No message is open').waitFor()
  await press('v')
  await page.getByRole('combobox').waitFor()
  await page.keyboard.type(`${tag} cases`)
  await press('Enter')
  await page.getByText(`Moved to ${tag} cases`).or(page.getByText(`messages moved to ${tag} cases`)).waitFor()
  await press('k')
  await press('Shift+ArrowUp')
  await press('l')
  await page.getByRole('combobox').waitFor()
  await page.keyboard.type(`${tag} label`)
  await press('Enter')
  await press('Control+Enter')
  await page.getByText('Labels changed').waitFor()
  await press('Escape')
  await press('k')
  await press('!')
  await page.getByText('Moved to Junk').or(page.getByText('messages moved to Junk')).first().waitFor()

  // Searches, goes down to what was found, opens it.
  await press('/')
  await page.keyboard.type(`"${tag} case 7"`)
  await press('Enter')
  await until(async () => (await page.getByRole('row').count()) === 1, 'one is found')
  await press('ArrowDown')
  await press('Enter')
  await opened(7)
  expect(errors.filter((x) => !x.includes('401'))).toEqual([])
  await context.close()
}, 240_000)

async function hold(page: Page, name: RegExp): Promise<void> {
  const box = await page.getByRole('row', { name }).boundingBox()
  if (!box) throw new Error('no row to hold')
  const cdp = await page.context().newCDPSession(page)
  const touchPoints = [{ x: box.x + box.width / 2, y: box.y + box.height / 2 }]
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints })
  await page.waitForTimeout(700)
  await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
}

test('with a phone in the hand', async () => {
  const tag = `P${Date.now() % 100_000}`
  await fill(tag)
  await until(async () => (await api.find({ subject: `${tag} case` })).length === 20, 'indexed')
  const { page, context, errors } = await newPage(desk, { size: 'phone' })
  await signIn(page, desk)
  const row = (n: number) => page.getByRole('row', { name: new RegExp(`${tag} case ${n},`) })
  for (let n = 1; n <= 20; n++) {
    await row(n).scrollIntoViewIfNeeded().catch(() => {})
    if ((await row(n).count()) === 0) await page.locator('#list').evaluate((el) => (el.scrollTop += 500))
    await row(n).tap()
    await page.getByRole('article').getByText(`Text of case ${n}`, { exact: true }).waitFor()
    if (n % 4 === 0) {
      await page.getByRole('article').getByRole('button', { name: 'Reply', exact: true }).last().tap()
      await page.locator('[data-body]').waitFor()
      await page.keyboard.type('Thank you.')
      await page.getByRole('button', { name: 'Send' }).tap()
      await page.locator('[data-body]').waitFor({ state: 'detached' })
    }
    await page.getByRole('button', { name: 'Back to the list' }).tap()
    await page.getByRole('grid').waitFor()
  }
  await until(async () => (await seen(tag)) >= 20, 'all are read')
  await until(async () => (await sent(tag)) === 5, 'five answers', 30_000)

  // A long press chooses, taps choose more; all go into the archive together.
  await page.locator('#list').evaluate((el) => (el.scrollTop = 0))
  await hold(page, new RegExp(`${tag} case 1,`))
  await page.getByText('1 chosen').waitFor()
  await row(2).tap()
  await page.getByText('2 chosen').waitFor()
  await page.getByRole('button', { name: 'Archive' }).tap()
  const archive = await api.box('archive')
  await until(async () => (await home(tag, 1)).includes(archive) && (await home(tag, 2)).includes(archive), 'filed')

  await page.getByRole('navigation', { name: 'Rooms' }).getByRole('button', { name: 'Search' }).tap()
  await page.keyboard.type(`"${tag} case 7"`)
  await page.keyboard.press('Enter')
  await until(async () => (await page.getByRole('row').count()) === 1, 'one is found')
  await row(7).tap()
  await page.getByRole('article').waitFor()
  await page.getByRole('toolbar').getByRole('button', { name: 'More' }).tap()
  await page.getByRole('menuitem', { name: 'Report as junk' }).tap()
  await until(async () => (await home(tag, 7)).includes(await api.box('junk')), 'reported')
  expect(errors.filter((x) => !x.includes('401'))).toEqual([])
  await context.close()
}, 240_000)
