import { afterAll, beforeAll, expect, test } from 'vitest'
import { findings } from './axe'
import { newPage, openDesk, signIn, type Desk, type Size } from './harness'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk(27)
})
afterAll(() => desk.close())

test.each<Size>(['desktop', 'phone'])('people see when, from where and by what somebody signed in to their account: %s', async (size) => {
  // Somebody tries a password, in a program.
  const wrong = await fetch(`${desk.url}/.well-known/jmap`, { headers: { Authorization: `Basic ${Buffer.from(`${desk.address}:guessed-${size}`).toString('base64')}` } })
  expect(wrong.status).toBe(401)
  const { page, context, errors } = await newPage(desk, { size })
  await signIn(page, desk)
  await page.goto(`${desk.url}/settings`)
  await page.getByRole('button', { name: 'Sign-ins' }).click()
  await page.getByRole('heading', { name: 'Sign-ins' }).waitFor()
  const rows = page.getByRole('listitem').filter({ has: page.getByRole('time') })
  await rows.first().waitFor()
  const told = await rows.allInnerTexts()
  // The newest first: one's own, then the guess before it. A good password is written down once, not at each use.
  const refused = told.findIndex((x) => x.includes('Refused'))
  expect(refused).toBeGreaterThanOrEqual(0)
  expect(told[refused]).toMatch(/Web client\s+127\.0\.0\.1 · inner network/)
  expect(told.some((x) => x.includes('Signed in') && x.includes('Web client'))).toBe(true)
  expect(await findings(page, 'sign-ins')).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  expect(errors.filter((e) => !/401/.test(e))).toEqual([])
  await context.close()
})
