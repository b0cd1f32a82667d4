import { mkdirSync, readFileSync } from 'node:fs'
import { afterAll, beforeAll, test } from 'vitest'
import { Api } from './api'
import { newPage, openDesk, signIn, type Desk } from './harness'

// Pictures of given message files as they are read: LETTERS="a.eml b.eml"
const out = process.env['SHOTS'] ?? '/tmp/chancery-shots'
let desk: Desk
beforeAll(async () => {
  mkdirSync(out, { recursive: true })
  desk = await openDesk(59)
})
afterAll(() => desk.close())

test('letters', async () => {
  const api = Api.of(desk)
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  for (const [i, path] of (process.env['LETTERS'] ?? '').split(' ').filter(Boolean).entries()) {
    const thread = await api.thread(await api.deliverBytes(readFileSync(path)))
    await page.goto(`${desk.url}/mail/${await api.account()}/${await api.box('inbox')}/${thread}`)
    await page.locator('article section').first().waitFor()
    await page.waitForTimeout(900)
    await page.screenshot({ path: `${out}/letter-${i}.png` })
  }
  await context.close()
})
