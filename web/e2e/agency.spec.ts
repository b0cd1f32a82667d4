import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Page } from 'playwright-core'
import { findings } from './axe'
import { newPage } from './harness'
import { ownOffice, type OwnOffice } from './own-office'

let agency: OwnOffice
let ours: OwnOffice
let here = ''

/** The agency's office, by whose provider one signs in to ours. */
beforeAll(async () => {
  agency = await ownOffice(['ann', 'eve'], {})
  ours = await ownOffice(['ann'], {})
  // By two names, since cookies do not tell ports apart.
  here = ours.url.replace('localhost', '127.0.0.1')
  const [, client = '', , secret = ''] = agency.run(['sso', 'client', 'add', 'City mail', '--redirect', `${here}/sso/in/back`, '--consent', 'never']).split(/\s+/)
  ours.run(['sso', 'provider', 'add', '市府身分驗證', '--issuer', agency.url, '--client', client, '--secret-stdin', '--domain', 'city.example'], secret + '\n')
})
afterAll(async () => {
  await agency.close()
  await ours.close()
})

async function through(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: 'Sign in with 市府身分驗證' }).click()
  await page.waitForURL(`${agency.url}/**`)
  await page.locator('input[name=address]').fill(`${name}@city.example`)
  await page.locator('input[name=password]').fill(agency.desk(name).password)
  await page.locator('button[type=submit]').click()
}

test.each(['desktop', 'phone'] as const)('one signs in by the agency (%s)', async (size) => {
  const desk = { ...ours.desk('ann'), url: here }
  const { page, context, errors } = await newPage(desk, { size })
  await page.goto(here)
  await page.getByRole('button', { name: 'Sign in with 市府身分驗證' }).waitFor()
  expect(await findings(page, 'ways to sign in')).toEqual([])
  await through(page, 'ann')
  await page.waitForURL((u) => u.origin === here && !u.pathname.startsWith('/sso/'))
  await page.locator('main').waitFor()
  expect(await page.evaluate(async () => ((await (await fetch('/auth/me', { headers: { Accept: 'application/json' } })).json()) as { address: string }).address)).toBe('ann@city.example')
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})

test('who has no account here is told so', async () => {
  const { page, context } = await newPage({ ...ours.desk('ann'), url: here })
  await page.goto(here)
  await through(page, 'eve')
  await page.getByRole('heading', { name: 'You are not signed in' }).waitFor()
  await page.getByText('no account here is yours').waitFor()
  expect(await findings(page, 'not signed in')).toEqual([])
  await page.getByRole('button', { name: 'To the sign-in page' }).click()
  await page.locator('input[name=password]').waitFor()
  await context.close()
})
