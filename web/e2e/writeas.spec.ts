import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Api, until } from './api'
import { newPage, openDesk, signIn, type Desk, type Size } from './harness'
import { findings } from './look'

interface Named {
  id: string
  email: string
  name: string
  posts: Record<string, { title: string; unitId: string }>
}

// A person who gets a second post here, from the system administrator.
let desk: Desk
let api: Api
let name: string
beforeAll(async () => {
  desk = await openDesk(25)
  api = Api.of(desk)
  const boss = inject('office').accounts.find((a) => a.address.startsWith('ben.okafor@'))
  if (!boss) throw new Error('no system administrator')
  const office = new Api(desk.url, boss.address, boss.password)
  const { ids } = await office.call<{ ids: string[] }>('PersonRecord/query', { filter: { text: desk.address } })
  const me = (await office.call<{ list: Named[] }>('PersonRecord/get', { ids })).list[0]
  if (!me) throw new Error(`no ${desk.address}`)
  name = me.name
  const unitId = Object.values(me.posts)[0]?.unitId
  const changed = await office.call<{ notUpdated: unknown }>('Person/set', { update: { [me.id]: { 'posts/x': { title: 'Liaison officer', kind: 'additional', unitId } } } })
  expect(changed.notUpdated).toBeNull()
})
afterAll(() => desk.close())

const kept = async (subject: string): Promise<{ from: { name: string }[]; preview: string } | undefined> => {
  const [found] = await api.find({ subject })
  if (!found) return undefined
  return (await api.call<{ list: { from: { name: string }[]; preview: string }[] }>('Email/get', { ids: [found.id], properties: ['from', 'preview'] })).list[0]
}

test.each<Size>(['desktop', 'phone'])('%s: who has several posts writes as one of them, and takes the draft up in it', async (size) => {
  const subject = `Liaison ${size} ${Date.now()}`
  const { page, context, errors } = await newPage(desk, { size })
  await signIn(page, desk)
  if (size === 'phone') await page.getByRole('button', { name: 'New message' }).first().click()
  else await page.keyboard.press('c')
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByLabel('Write as').selectOption({ label: (await sheet.getByLabel('Write as').getByRole('option', { name: /^Liaison officer/ }).innerText()).trim() })
  expect(await findings(page, 'write as')).toEqual([])
  await sheet.getByLabel('Subject').fill(subject)
  await sheet.locator('[data-body], [contenteditable=true]').first().fill('To whom it may concern')
  await sheet.getByRole('group', { name: 'Signature' }).getByText('Liaison officer').waitFor()
  const as = `${name} (Liaison officer)`
  await until(async () => (await kept(subject))?.from[0]?.name === as, 'saved as the post', 20_000)
  if (size === 'desktop') {
    await sheet.getByRole('button', { name: 'Close and keep the draft' }).click()
    await sheet.waitFor({ state: 'detached' })
    await page.getByText('Drafts').first().click()
    await page.getByRole('row').filter({ hasText: subject }).first().click()
    const again = page.getByRole('dialog', { name: 'New message' })
    await expect.poll(() => again.getByLabel('Write as').locator('option:checked').innerText()).toContain('Liaison officer')
    await again.getByLabel('Write as').selectOption({ label: 'My name only' })
    await until(async () => (await kept(subject))?.from[0]?.name === name, 'saved without it', 20_000)
  }
  // Sent, it comes in under that name.
  if (size === 'phone') {
    await sheet.getByLabel('To', { exact: true }).fill(desk.address)
    await page.keyboard.press('Enter')
    await sheet.getByRole('button', { name: 'Send' }).click()
    await page.getByText('Message sent').waitFor()
    const inbox = await api.box('inbox')
    const come = async (): Promise<boolean> => {
      const q = await api.call<{ ids: string[] }>('Email/query', { filter: { operator: 'AND', conditions: [{ subject }, { inMailbox: inbox }] } })
      const g = await api.call<{ list: { from: { name: string }[] }[] }>('Email/get', { ids: q.ids, properties: ['from'] })
      return g.list[0]?.from[0]?.name === as
    }
    await until(come, 'delivered as the post', 30_000)
  }
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})
