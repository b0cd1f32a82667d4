import type { Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Api } from './api'
import { newPage, openDesk, signIn, type Desk } from './harness'
import { findings } from './look'

// The administrators of the office (house/administration.go), by name; the
// acts are done to people and units made here.
let desk: Desk
beforeAll(async () => {
  desk = await openDesk(17)
})
afterAll(() => desk.close())

const as = (address: string): Desk => {
  const account = inject('office').accounts.find((a) => a.address.startsWith(`${address}@`))
  if (!account) throw new Error(`no ${address}`)
  return { ...desk, ...account }
}

const enter = async (page: Page, who: Desk, path: string): Promise<void> => {
  await signIn(page, who)
  await page.goto(who.url + path)
}

/** Chooses a person in a field by a part of the name or address. */
const pick = async (page: Page, label: string, part: string): Promise<void> => {
  await page.getByRole('combobox', { name: label }).fill(part)
  await expect.poll(() => page.getByRole('listbox').getByRole('option').count()).toBe(1)
  await page.getByRole('listbox').getByRole('option').click()
}

test('the console is only there for who holds a role', async () => {
  const { page, context, errors } = await newPage(desk)
  await signIn(page, desk)
  await page.getByRole('navigation', { name: 'Rooms' }).getByRole('button', { name: 'Contacts' }).waitFor()
  expect(await page.getByRole('button', { name: 'Console' }).count()).toBe(0)
  const session = (await (await fetch(`${desk.url}/.well-known/jmap`, { headers: { Authorization: `Basic ${btoa(`${desk.address}:${desk.password}`)}` } })).json()) as { capabilities: object }
  expect(Object.keys(session.capabilities).filter((c) => c.endsWith(':admin'))).toEqual([])
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})

test('a system administrator makes a unit, a person with a post, a level, and undoes it', async () => {
  const boss = as('ben.okafor')
  const { page, context, errors } = await newPage(boss)
  await enter(page, boss, '/console/people')
  const rows = page.locator('#list li button')
  await rows.first().focus()
  await page.keyboard.press('ArrowDown')
  expect(await rows.nth(1).evaluate((e) => e === document.activeElement)).toBe(true)
  await page.keyboard.press('Enter')
  await page.getByRole('dialog').getByLabel('Name', { exact: true }).waitFor()
  await page.keyboard.press('Escape')
  await expect.poll(() => rows.nth(1).evaluate((e) => e === document.activeElement)).toBe(true)
  await page.getByRole('button', { name: 'Units', exact: true }).click()
  await page.getByRole('heading', { name: 'Units' }).waitFor()
  await page.getByRole('button', { name: 'Add a unit', exact: true }).click()
  let form = page.getByRole('dialog', { name: 'Add a unit' })
  await form.getByLabel('Name (English)').fill('Tunnel Section')
  expect(await findings(page, 'unit form')).toEqual([])
  await form.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('button', { name: 'Change Tunnel Section' }).waitFor()
  expect(await findings(page, 'units')).toEqual([])

  await page.getByRole('button', { name: 'Service levels' }).click()
  await page.getByRole('button', { name: 'Add a level' }).click()
  form = page.getByRole('dialog', { name: 'Add a level' })
  await form.getByLabel('Name (English)').fill('Large mailbox')
  await form.getByLabel('Mailbox in GB').fill('5')
  await form.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Mailbox of 5 GB').waitFor()

  await page.getByRole('button', { name: 'People', exact: true }).click()
  await page.getByRole('button', { name: 'Add a person' }).click()
  form = page.getByRole('dialog', { name: 'Add a person' })
  const address = `mole.digger@${boss.address.split('@')[1]}`
  await form.getByLabel('Email address').fill(address)
  await form.getByLabel('Name', { exact: true }).fill('Mole Digger')
  await form.getByLabel('Title').fill('Digger')
  await form.getByLabel('Unit', { exact: true }).selectOption({ label: '\u2003Tunnel Section' })
  await form.getByLabel('Service level').selectOption('Large mailbox')
  expect(await findings(page, 'person form')).toEqual([])
  await form.getByRole('button', { name: 'Save' }).click()
  const first = page.getByRole('dialog', { name: 'First password' })
  const password = await first.getByText(/^Cx2-/).innerText()
  await first.getByRole('button', { name: 'Done' }).click()

  // The new person signs in with that password, and has to choose another one.
  const theirs = await fetch(`${boss.url}/auth/sign-in`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ address, password }) })
  expect(theirs.status).toBe(200)
  expect(await theirs.json()).toMatchObject({ methods: ['password'] })

  await page.getByLabel('Find by name').fill('mole')
  await page.getByRole('button', { name: /Mole Digger/ }).click()
  form = page.getByRole('dialog', { name: 'Mole Digger' })
  await form.getByLabel('Telephone').fill('4711')
  await form.getByRole('button', { name: 'Add a deputy' }).click()
  await pick(page, 'Deputy', 'tom.harg')
  await form.getByRole('switch', { name: 'Account locked' }).click()
  await form.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Locked', { exact: true }).waitFor()
  const locked = await fetch(`${boss.url}/auth/sign-in`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ address, password }) })
  expect(locked.status).toBeGreaterThanOrEqual(400)

  await page.getByRole('button', { name: /Mole Digger/ }).click()
  await expect.poll(() => page.getByRole('combobox', { name: 'Deputy' }).inputValue()).toBe('Tom Hargreaves')
  await page.getByRole('dialog').getByRole('button', { name: 'Remove from the directory' }).click()
  await pick(page, 'Hand the mailbox over to', 'tom.harg')
  expect(await findings(page, 'leave form')).toEqual([])
  await page.getByRole('dialog').getByRole('button', { name: 'Remove Mole Digger' }).click()
  await page.getByText(/has the mailbox/).waitFor()
  await page.getByText('Nobody was found.').waitFor()
  expect(await findings(page, 'people')).toEqual([])

  await page.getByRole('button', { name: 'Units', exact: true }).click()
  await page.getByRole('button', { name: 'Remove Tunnel Section' }).click()
  await page.getByText('Tunnel Section was removed').waitFor()
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})

test('a security administrator says what a post is cleared for, and takes it back', async () => {
  const chief = as('priya.raman')
  const { page, context, errors } = await newPage(chief)
  await enter(page, chief, '/console/people')
  const open = async (): Promise<Locator> => {
    await page.getByLabel('Find by name').fill('tom.harg')
    await page.getByRole('button', { name: /Tom Hargreaves/ }).click()
    return page.getByRole('dialog', { name: 'Tom Hargreaves' })
  }
  let form = await open()
  const level = form.getByLabel('In this post, may see letters up to').first()
  expect(await level.locator('option').first().innerText()).toBe('As the person')
  expect(await form.getByLabel('Title').first().isDisabled()).toBe(true)
  await level.selectOption('secret')
  expect(await findings(page, 'a post with a clearance')).toEqual([])
  await form.getByRole('button', { name: 'Save' }).click()
  await form.waitFor({ state: 'detached' })
  form = await open()
  await expect.poll(() => form.getByLabel('In this post, may see letters up to').first().inputValue()).toBe('secret')
  await form.getByLabel('In this post, may see letters up to').first().selectOption('')
  await form.getByRole('button', { name: 'Save' }).click()
  await form.waitFor({ state: 'detached' })
  await context.close()
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
})

/** Whether somebody is offered as a recipient of a new letter. */
async function completion(page: Page, name: string): Promise<boolean> {
  await page.reload()
  await page.getByRole('button', { name: 'New message' }).click()
  const sheet = page.getByRole('dialog', { name: 'New message' })
  const asked = page.waitForResponse((r) => r.url().endsWith('/jmap/api') && (r.request().postData() ?? '').includes('Person/query'))
  await sheet.getByLabel('To', { exact: true }).pressSequentially(name)
  await asked
  const found = await sheet.getByRole('option', { name: new RegExp(name) }).first().waitFor({ timeout: 4000 }).then(() => true, () => false)
  await page.keyboard.press('Escape')
  return found
}

test('a security administrator grants and takes back, and hides a unit; the record shows it', async () => {
  const chief = as('priya.raman')
  const { page, context, errors } = await newPage(chief)
  await enter(page, chief, '/console/roles')
  await page.getByText('Powers are separated').waitFor()
  const grant = async (name: string, role: string): Promise<void> => {
    await page.getByRole('button', { name: 'Grant a role' }).click()
    const form = page.getByRole('dialog', { name: 'Grant a role' })
    await pick(page, 'Person', name)
    await form.getByLabel('Role', { exact: true }).selectOption({ label: role })
    await form.getByRole('button', { name: 'Grant', exact: true }).click()
  }
  await grant('ben.okaf', 'Audit administrator')
  await page.getByText('They hold a role that excludes this one').waitFor()
  expect(await findings(page, 'grant form')).toEqual([])
  await page.getByRole('button', { name: 'Cancel' }).click()
  await grant('priya', 'Help desk')
  await page.getByText('Nobody can give a role to themself').waitFor()
  await page.getByRole('button', { name: 'Cancel' }).click()
  await grant('tu.yaxin', 'Personnel officer')
  await page.getByRole('button', { name: /Take Personnel officer back/ }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Take back: Personnel officer' }).click()
  await page.getByText(/Personnel officer was taken back/).waitFor()
  expect(await findings(page, 'roles')).toEqual([])

  await page.getByRole('button', { name: 'Visibility' }).click()
  await page.getByText('Everybody is shown to everybody.').waitFor()
  await page.getByRole('button', { name: 'Add a rule' }).click()
  const form = page.getByRole('dialog', { name: 'Add a rule' })
  await form.getByLabel('Unit with all below it').selectOption({ label: '\u2003Personnel Office' })
  const hides = await form.getByText(/Hides \d+ people: /).innerText()
  const hidden = (/people: ([^,…]+)/.exec(hides)?.[1] ?? '').trim()
  const writer = as('grace.ellison')
  const three = await newPage(writer)
  await enter(three.page, writer, '/mail')
  expect(await completion(three.page, hidden)).toBe(true)
  await form.getByRole('button', { name: 'Save' }).click()
  await page.getByText('People in Personnel Office are shown only to one another.').first().waitFor()
  // Who writes a letter finds them no more, and others still.
  expect(await completion(three.page, hidden)).toBe(false)
  expect(await completion(three.page, 'Ben Okafor')).toBe(true)
  await page.getByRole('button', { name: /^Remove People in Personnel/ }).click()
  await page.getByText('The rule was removed').waitFor()
  expect(await completion(three.page, hidden)).toBe(true)
  await three.context.close()
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()

  const auditor = as('tong.ruolan')
  const two = await newPage(auditor, { size: 'desktop' })
  await enter(two.page, auditor, '/console/record')
  await two.page.getByRole('cell', { name: /Took a role back/ }).first().waitFor()
  expect(await two.page.locator('[aria-current=page]').allInnerTexts()).not.toContain('People')
  expect(await findings(two.page, 'record')).toEqual([])
  await two.context.close()
})

test('a unit administrator sees the own subtree on a phone, and is refused elsewhere', async () => {
  const head = as('yan.wenhao')
  const { page, context, errors } = await newPage(head, { size: 'phone' })
  await enter(page, head, '/console/people')
  await page.getByRole('heading', { level: 1 }).waitFor()
  expect(await findings(page, 'phone')).toEqual([])
  const api = Api.of(head)
  const all = (await api.call<{ list: { id: string; parentId: string | null; names: Record<string, string> }[] }>('Unit/get', { ids: null })).list
  const unit = (name: string): string => all.find((u) => u.names['en'] === name)?.id ?? ''
  const changed = await api.call<{ notUpdated: Record<string, { type: string }>; updated: object }>('Unit/set', { update: { [unit('Finance Bureau')]: { sortOrder: 9 }, [unit('Roads Section')]: { sortOrder: 1 } } })
  expect(changed.notUpdated[unit('Finance Bureau')]?.type).toBe('forbidden')
  expect(Object.keys(changed.updated)).toEqual([unit('Roads Section')])
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})
