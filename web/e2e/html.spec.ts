import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Api, letter, until } from './api'
import { findings } from './axe'
import { newPage, openDesk, signIn, type Desk } from './harness'

let run = 0
let desk: Desk
let api: Api
beforeAll(async () => {
  desk = await openDesk(9)
  api = Api.of(desk)
})
beforeEach(() => {
  run = Date.now() // a second try must not find the letters of the first
})
afterAll(() => desk.close())

const headers = { 'Content-Type': 'text/html; charset=utf-8' }

test('trackers are named and never fetched, forms are gone, a sender can be trusted with pictures, wide tables scroll alone', async () => {
  const wide = `<table><tr>${Array.from({ length: 40 }, (_, i) => `<td width="80">cell ${i}</td>`).join('')}</tr></table>`
  const body = `<p>Our news</p><img src="https://news.example/logo.png" width="100" height="20"><img src="https://news.example/dot.gif" width="1" height="1"><form action="https://news.example/"><input type="password"></form>${wide}`
  await api.deliver(letter(`News ${run}`, body, headers))
  await api.deliver(letter(`More news ${run}`, body, headers))
  const { page, context } = await newPage(desk)
  const asked: string[] = []
  page.on('request', (r) => asked.push(r.url()))
  await signIn(page, desk)
  await page.getByRole('row', { name: new RegExp(`More news ${run}`) }).click()
  const frame = page.frameLocator('article iframe')
  await frame.getByText('Our news').waitFor()
  await page.getByText('1 tracking picture was blocked').waitFor()
  await page.getByText('The sender put a form into the message').waitFor()
  expect(await findings(page, 'banners')).toEqual([])
  const box = frame.locator('div.wide')
  expect(await box.evaluate((e) => e.scrollWidth > e.clientWidth)).toBe(true)
  expect(await frame.locator('html').evaluate((e) => e.scrollWidth <= e.clientWidth)).toBe(true)
  await page.getByRole('button', { name: 'Always from visitor@outside.example' }).click()
  await until(async () => asked.some((u) => u.includes('logo.png')), 'the picture is fetched')
  await page.getByRole('row', { name: new RegExp(`^[^M]*Visitor, News ${run}`) }).click()
  await page.getByText('Pictures of visitor@outside.example are always shown').waitFor()
  expect(asked.some((u) => u.includes('dot.gif'))).toBe(false)
  await page.getByRole('button', { name: 'No longer' }).click()
  await page.getByRole('button', { name: 'Show pictures' }).waitFor()
  await context.close()
})

test('a list can be left, and an invitation says when, where and who', async () => {
  await api.deliver(letter(`List ${run}`, 'Weekly words', { 'List-Unsubscribe': '<mailto:leave@list.example?subject=bye>, <https://list.example/u>' }))
  const ics = 'BEGIN:VCALENDAR\nMETHOD:REQUEST\nBEGIN:VEVENT\nSUMMARY:Third meeting\nLOCATION:Room 301\nDTSTART:20251120T060000Z\nDTEND:20251120T073000Z\nORGANIZER;CN=Lin:mailto:lin@city.example\nATTENDEE;CN=Ann:mailto:ann@city.example\nEND:VEVENT\nEND:VCALENDAR'
  await api.deliver(letter(`Invitation ${run}`, `--b\nContent-Type: text/plain\n\nPlease come\n--b\nContent-Type: text/calendar; method=REQUEST; charset=utf-8\n\n${ics}\n--b--`, { 'Content-Type': 'multipart/alternative; boundary=b' }))
  const { page, context } = await newPage(desk, { size: 'phone' })
  await signIn(page, desk)
  await page.getByRole('row', { name: new RegExp(`Invitation ${run}`) }).click()
  const card = page.getByRole('region', { name: 'Invitation' })
  await card.getByRole('heading', { name: 'Third meeting' }).waitFor()
  await card.getByText('Room 301').waitFor()
  await card.getByText('Ann <ann@city.example>').waitFor()
  await card.getByText(/November 20, 2025/).waitFor()
  expect(await findings(page, 'invitation')).toEqual([])
  await page.getByRole('button', { name: 'Back to the list' }).click()
  await page.getByRole('row', { name: new RegExp(`List ${run}`) }).click()
  await page.getByRole('button', { name: 'Unsubscribe' }).click()
  await page.getByRole('button', { name: 'Prepare the message' }).click()
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByRole('button', { name: 'Remove leave@list.example' }).waitFor()
  expect(await sheet.getByLabel('Subject').inputValue()).toBe('bye')
  await context.close()
})

test('a frame shows one letter after the other, and nothing of the first is left in it', async () => {
  const styled = (n: number): string => `<html lang="fr" class="a${n}"><head><style>.w${n}{color:rgb(200,0,${n})}</style></head><body bgcolor="#ffeecc"><p class="w${n}">Words ${n}</p><p><a href="#down">down</a></p><img src="https://news.example/p${n}.png" width="90" height="20"></body></html>`
  // A sender of its own, whom no other test trusts with pictures.
  for (const n of [1, 2, 3]) await api.deliver(letter(`Frame ${n} ${run}`, n === 3 ? '<p>Words 3</p>' : styled(n), { ...headers, From: 'Framer <framer@outside.example>' }))
  const { page, context, errors } = await newPage(desk)
  const pages: string[] = []
  page.on('request', (r) => r.url().includes('/mail-frame') && pages.push(new URL(r.url()).pathname))
  await signIn(page, desk)
  const open = async (n: number): Promise<void> => {
    await page.getByRole('row', { name: new RegExp(`Frame ${n} ${run}`) }).click()
    await page.frameLocator('article iframe').getByText(`Words ${n}`).waitFor()
  }
  await open(1)
  const first = await page.locator('article iframe').elementHandle()
  // What the next letters will need has come by itself.
  await page.waitForFunction(() => [...document.querySelectorAll<HTMLIFrameElement>('div[hidden] > iframe')].filter((f) => f.contentDocument?.readyState === 'complete' && f.contentWindow?.location.pathname === '/mail-frame.html').length === 2)
  const before = pages.length
  await open(3)
  expect(pages.length).toBe(before)
  expect(await page.locator('article iframe').getAttribute('sandbox')).toBe('allow-same-origin allow-popups allow-popups-to-escape-sandbox')
  const html = await page.frameLocator('article iframe').locator('html').evaluate((e) => ({ body: e.querySelector('body')?.innerHTML, styles: e.querySelectorAll('style').length, lang: (e as HTMLElement).lang, cls: e.className, bg: e.querySelector('body')?.getAttribute('bgcolor') }))
  expect(html).toMatchObject({ body: '<div><p>Words 3</p>\n</div>', styles: 1, cls: '', bg: null })
  expect(await page.locator('article iframe').getAttribute('data-paper')).toBeNull()
  expect(await first?.evaluate((e) => e.isConnected)).toBe(true)
  // One that may fetch pictures, or went to a place within itself, is not used for another letter.
  await open(2)
  await page.getByRole('button', { name: 'Show pictures' }).click()
  await page.waitForFunction(() => document.querySelector<HTMLIFrameElement>('article iframe')?.contentDocument?.body?.textContent?.includes('Words 2') && document.querySelector<HTMLIFrameElement>('article iframe')?.src.includes('images'))
  await open(3)
  expect(await page.evaluate(() => [...document.querySelectorAll('iframe')].map((f) => [f.contentWindow?.location.pathname, f.hidden || f.closest('[hidden]') !== null ? f.contentDocument?.body.childElementCount : 'seen']))).not.toContainEqual(['/mail-frame-images.html', expect.anything()])
  for (const count of await page.evaluate(() => [...document.querySelectorAll<HTMLIFrameElement>('div[hidden] > iframe')].map((f) => f.contentDocument?.body.childNodes.length))) expect(count).toBe(0)
  expect(errors.filter((e) => !/401|ERR_|Failed to load/.test(e))).toEqual([])
  await context.close()
})
