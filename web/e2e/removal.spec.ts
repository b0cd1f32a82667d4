import { afterAll, beforeAll, expect, test } from 'vitest'
import { Api, letter } from './api'
import { findings } from './axe'
import type { Size } from './harness'
import { enterAs, ownOffice, shot, type OwnOffice } from './own-office'

let office: OwnOffice

/** The guard asks, the warden agrees; Ann and the guard have the letter. */
beforeAll(async () => {
  office = await ownOffice(['ann', 'guard', 'warden'], {})
  for (const name of ['guard', 'warden']) office.run(['role', 'grant', `${name}@city.example`, 'security'])
  const bad = letter('The names of the witnesses', 'Nobody should read this.', { From: 'Leak <leak@outside.example>' })
  for (const name of ['ann', 'guard']) await Api.of(office.desk(name)).deliver(bad)
})
afterAll(() => office.close())

const enter = (name: string, size?: Size, language?: string): ReturnType<typeof enterAs> => enterAs(office, name, size, language)

test('a letter is taken out of all mailboxes when a second person agrees, and put back', async () => {
  const ann = await enter('ann')
  const row = ann.page.getByRole('row', { name: /The names of the witnesses/ })
  await row.waitFor()
  const guard = await enter('guard')
  await guard.page.getByRole('row', { name: /The names of the witnesses/ }).click()
  await guard.page.getByText('Nobody should read this.').last().waitFor()
  await guard.page.getByRole('toolbar').getByRole('button', { name: 'More' }).first().click()
  await guard.page.getByRole('menuitem', { name: 'Remove from all mailboxes…' }).click()
  const ask = guard.page.getByRole('dialog', { name: 'Remove a letter from all mailboxes' })
  expect(await ask.getByLabel("Sender's address").inputValue()).toBe('leak@outside.example')
  await ask.getByRole('button', { name: 'Ask for removal' }).click()
  await ask.getByText('Say why, in a few words').waitFor()
  await ask.getByLabel('Reason').fill('It names witnesses: case 12 of the court.')
  expect(await findings(guard.page, 'asking for a removal')).toEqual([])
  await shot(guard.page, 'desktop-en-removal-ask')
  await ask.getByRole('button', { name: 'Ask for removal' }).click()
  await guard.page.getByText('Waits, or was refused: 2 mailboxes have it').waitFor()

  const warden = await enter('warden', 'phone', 'zh-TW')
  await warden.page.goto(`${office.url}/approvals`)
  await warden.page.getByRole('button', { name: /移除「The names of the witnesses」/ }).click()
  await warden.page.getByText('It names witnesses: case 12 of the court.').waitFor()
  await warden.page.getByText('2 個信箱').waitFor()
  expect(await findings(warden.page, 'a removal to agree to')).toEqual([])
  expect(await warden.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  await shot(warden.page, 'phone-zh-TW-removal')
  await warden.page.getByRole('button', { name: '核准', exact: true }).click()

  await guard.page.getByText('Removed: 2 letters').waitFor({ timeout: 30_000 })
  expect(await findings(guard.page, 'removed letters')).toEqual([])
  await shot(guard.page, 'desktop-en-removals')
  // Told by push: nothing of it stays on Ann's screen.
  await row.waitFor({ state: 'detached' })
  await warden.page.goto(`${office.url}/console/removals`)
  await warden.page.getByText('已移除 2 封').waitFor()
  expect(await findings(warden.page, 'removed letters on a phone')).toEqual([])
  await shot(warden.page, 'phone-zh-TW-removals')

  await guard.page.getByRole('button', { name: 'Put back: The names of the witnesses' }).click()
  const back = guard.page.getByRole('dialog', { name: 'Put the letter back?' })
  await back.getByLabel('Reason').fill('The court has allowed it.')
  await back.getByRole('button', { name: 'Put back' }).click()
  await guard.page.getByRole('status').filter({ hasText: /^Put back$/ }).waitFor({ timeout: 30_000 })
  await row.waitFor()
  await Promise.all([ann.close(), guard.close(), warden.close()])
})
