import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { newPage, openDesk, signIn, type Desk } from './harness'
import { findings } from './look'

// The system administrator registers a system of a name of its own, and removes it.
let desk: Desk
beforeAll(async () => {
  desk = await openDesk(37)
})
afterAll(() => desk.close())

for (const size of ['desktop', 'phone'] as const)
  test(`a system is registered, changed, given another secret and removed, ${size}`, async () => {
    const account = inject('office').accounts.find((a) => a.address.startsWith('ben.okafor@'))
    if (!account) throw new Error('no administrator')
    const boss = { ...desk, ...account }
    const name = `Attendance ${size}`
    const { page, context, errors } = await newPage(boss, { size })
    await signIn(page, boss)
    await page.goto(desk.url + '/console/parties')
    await page.getByRole('button', { name: 'Register a system' }).click()
    await page.getByRole('menuitem', { name: 'A system by OpenID Connect' }).click()
    let form = page.getByRole('dialog', { name: 'Register a system' })
    await form.getByLabel('Name that people are shown').fill(name)
    await form.getByLabel('Addresses that answers go to').fill('http://hr.city.example/back')
    await form.getByRole('button', { name: 'Save' }).click()
    await form.getByText('must be https').waitFor()
    await form.getByLabel('Addresses that answers go to').fill('https://hr.city.example/back')
    expect(await findings(page, 'register a system')).toEqual([])
    await form.getByRole('button', { name: 'Save' }).click()
    const first = await page.getByRole('dialog', { name: 'Secret' }).locator('p').last().innerText()
    expect(first.length).toBeGreaterThan(40)
    await page.getByRole('button', { name: 'Done' }).click()

    await page.getByRole('button', { name: `Change ${name}` }).click()
    form = page.getByRole('dialog', { name })
    await form.getByLabel('Least assurance of the sign-in').selectOption('Second factor')
    await form.getByRole('button', { name: 'Save' }).click()
    await page.getByText(/Web system · Ask the first time · Second factor/).waitFor()
    expect(await findings(page, 'systems')).toEqual([])

    await page.getByRole('button', { name: `Change ${name}` }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Give it another secret' }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: 'Give it another secret' }).click()
    const second = await page.getByRole('dialog', { name: 'Secret' }).locator('p').last().innerText()
    expect(second).not.toBe(first)
    await page.getByRole('button', { name: 'Done' }).click()

    await page.getByRole('button', { name: `Remove ${name}` }).click()
    await page.getByRole('alertdialog').getByRole('button', { name: `Remove ${name}` }).click()
    await page.getByText(`${name} was removed`).waitFor()
    expect(errors.filter((e) => !e.includes('401'))).toEqual([])
    await context.close()
  })

test('a directory is registered that judges passwords', async () => {
  const account = inject('office').accounts.find((a) => a.address.startsWith('ben.okafor@'))
  if (!account) throw new Error('no administrator')
  const boss = { ...desk, ...account }
  const { page, context, errors } = await newPage(boss)
  await signIn(page, boss)
  await page.goto(desk.url + '/console/parties')
  await page.getByRole('button', { name: 'Register a system' }).click()
  await page.getByRole('menuitem', { name: 'Passwords judged by the agency’s directory (LDAP)' }).click()
  const form = page.getByRole('dialog', { name: 'Register a system' })
  await form.getByLabel('Name that people are shown').fill('City AD')
  await form.getByLabel('Address of the directory').fill('ldap://127.0.0.1:1')
  await form.getByLabel('DN below which people are looked for').fill('dc=elsewhere,dc=example')
  await form.getByLabel('Filter by which one is found').fill('(objectClass=person)')
  await form.getByRole('textbox', { name: 'Domain' }).fill('elsewhere.example')
  expect(await findings(page, 'register a directory')).toEqual([])
  await form.getByRole('button', { name: 'Save' }).click()
  await form.getByText('it would find everybody').waitFor()
  await form.getByLabel('Filter by which one is found').fill('(uid={name})')
  await form.getByRole('button', { name: 'Save' }).click()
  await page.getByRole('button', { name: 'Change City AD' }).click()
  expect(await page.getByRole('dialog', { name: 'City AD' }).getByLabel('Filter by which one is found').inputValue()).toBe('(uid={name})')
  await page.keyboard.press('Escape')
  await page.getByRole('button', { name: 'Remove City AD' }).click()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove City AD' }).click()
  await page.getByText('City AD was removed').waitFor()
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})
