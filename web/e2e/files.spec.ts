import { readFileSync } from 'node:fs'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Api, until } from './api'
import { findings } from './axe'
import { newPage, openDesk, signIn, type Desk } from './harness'
import { files, withFiles } from './samples'

const run = Date.now()
let desk: Desk
let api: Api
beforeAll(async () => {
  desk = await openDesk(5)
  api = Api.of(desk)
  await api.deliver(withFiles(`Files ${run}`, files))
})
afterAll(() => desk.close())

async function open(page: Page, name: string): Promise<ReturnType<Page['locator']>> {
  await page.getByRole('region', { name: 'Attachments' }).first().getByRole('button', { name: new RegExp(name) }).click()
  const viewer = page.locator('dialog[open]').last()
  await viewer.getByRole('heading', { name: new RegExp(name) }).waitFor()
  return viewer
}

test('every kind of file is looked at without leaving the letter', async () => {
  const { page, context, errors } = await newPage(desk)
  await signIn(page, desk)
  await page.getByRole('row', { name: new RegExp(`Files ${run}`) }).click()
  let viewer = await open(page, '年度計畫')
  // The text of a PDF is there to be read out, chosen and found.
  await viewer.getByText('First page of the plan').waitFor()
  await until(() => viewer.locator('[data-page] canvas').first().evaluate((c: HTMLCanvasElement) => (c.getContext('2d')?.getImageData(0, 0, c.width, c.height).data ?? []).some((v) => v === 0)), 'the page is drawn')
  await viewer.getByRole('searchbox').fill('BUDGET')
  await viewer.getByText('1 of 1').waitFor()
  await until(() => page.evaluate(() => (CSS.highlights.get('pdf-now')?.size ?? 0) === 1), 'the word is marked')
  expect(await findings(page, 'pdf')).toEqual([])
  const wide = await viewer.locator('[data-page="1"]').evaluate((e) => e.clientWidth)
  await viewer.getByRole('button', { name: 'Zoom in' }).click()
  expect(await viewer.locator('[data-page="1"]').evaluate((e) => e.clientWidth)).toBeGreaterThan(wide)

  // On with the arrow keys, through all of them.
  await viewer.getByRole('button', { name: 'Next file' }).click()
  await until(() => viewer.locator('img').evaluate((i: HTMLImageElement) => i.naturalWidth === 1), 'the picture')
  await page.keyboard.press('ArrowRight')
  await viewer.getByRole('cell', { name: '臺北, 總處' }).waitFor()
  expect(await findings(page, 'table')).toEqual([])
  await page.keyboard.press('ArrowRight')
  await viewer.getByText('會議紀錄與報告文件').waitFor()
  await page.keyboard.press('ArrowRight')
  await viewer.getByText('Words inside the inner letter').waitFor()
  await page.keyboard.press('ArrowRight')
  await viewer.getByText('會議紀錄與報告文件.txt (protected)').waitFor()
  await page.keyboard.press('ArrowRight')
  await viewer.getByText('請見附件').waitFor()
  const [file] = await Promise.all([page.waitForEvent('download'), viewer.getByRole('link', { name: 'Download: 年度報告.pdf' }).click()])
  expect(readFileSync(await file.path()).toString()).toBe('%PDF-1.4 data')
  await page.keyboard.press('ArrowRight')
  await viewer.getByText(/no program for converting|could not be converted/).waitFor()
  expect(await findings(page, 'office')).toEqual([])
  await page.keyboard.press('Escape')
  await viewer.waitFor({ state: 'detached' })
  expect(await page.evaluate(() => document.activeElement?.textContent)).toContain('年度計畫.pdf')
  expect(errors.filter((e) => !/401/.test(e))).toEqual([])
  viewer = await open(page, 'big5')
  await viewer.getByLabel('Encoding').selectOption('windows-1252')
  await until(async () => !(await viewer.locator('pre').textContent())?.includes('會議'), 'read in the chosen encoding')
  await context.close()
})

test('on a phone a stroke turns to the next file', async () => {
  const { page, context } = await newPage(desk, { size: 'phone' })
  await signIn(page, desk)
  await page.getByRole('row', { name: new RegExp(`Files ${run}`) }).click()
  const viewer = await open(page, 'dot.png')
  const stroke = async (from: number, to: number): Promise<void> => {
    const cdp = await context.newCDPSession(page)
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchStart', touchPoints: [{ x: from, y: 600 }] })
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x: (from + to) / 2, y: 600 }] })
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchMove', touchPoints: [{ x: to, y: 600 }] })
    await cdp.send('Input.dispatchTouchEvent', { type: 'touchEnd', touchPoints: [] })
  }
  await stroke(320, 60)
  await viewer.getByRole('heading', { name: '名冊.csv' }).waitFor()
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  await viewer.getByRole('button', { name: 'Close' }).click()
  const plan = await open(page, '年度計畫')
  await plan.getByText('First page of the plan').waitFor()
  expect(await findings(page, 'pdf on a phone')).toEqual([])
  await context.close()
})
