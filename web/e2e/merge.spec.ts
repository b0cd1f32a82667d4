import { afterAll, beforeAll, expect, test } from 'vitest'
import { Api, until } from './api'
import { findings } from './axe'
import { newPage, openDesk, signIn, type Desk, type Size } from './harness'

let desk: Desk
let api: Api
let book = ''
beforeAll(async () => {
  desk = await openDesk(26)
  api = Api.of(desk)
  book = (await api.call<{ list: { id: string }[] }>('AddressBook/get', { ids: null })).list[0]?.id ?? ''
})
afterAll(() => desk.close())

interface Card {
  id: string
  uid: string
  name?: { full?: string }
  nicknames?: Record<string, { name: string }>
  emails?: Record<string, { address: string }>
  phones?: Record<string, { number: string }>
  titles?: Record<string, { name: string }>
  members?: Record<string, true>
}
const cards = async (): Promise<Card[]> => (await api.call<{ list: Card[] }>('ContactCard/get', { ids: null })).list
const make = async (create: Record<string, object>): Promise<Record<string, { id: string; uid: string }>> =>
  (await api.call<{ created: Record<string, { id: string; uid: string }> }>('ContactCard/set', { create: Object.fromEntries(Object.entries(create).map(([k, c]) => [k, { '@type': 'Card', version: '1.0', addressBookIds: { [book]: true }, ...c }])) })).created

test.each<Size>(['desktop', 'phone'])('cards of one person become one, with all they say, in their groups, and apart again: %s', async (size) => {
  const domain = `${size}.example`
  const made = await make({
    a: { uid: `a@${domain}`, name: { full: `王小明 ${size}` }, emails: { e: { address: `wang@${domain}` } }, phones: { p: { number: size === 'phone' ? '+886 2 2720 3001' : '+886 2 2720 1001' } } },
    b: { uid: `b@${domain}`, name: { full: `Wang Xiaoming ${size}` }, emails: { e: { address: `WANG@${domain}` }, f: { address: `second@${domain}` } }, titles: { t: { name: '科長' } }, notes: { n: { note: 'Met in May, at the opening of the river park' } } },
    c: { uid: `c@${domain}`, name: { full: `Somebody else ${size}` }, emails: { e: { address: `else@${domain}` } } },
  })
  const group = (await make({ g: { kind: 'group', name: { full: `Roads ${size}` }, members: { [`a@${domain}`]: true, [`c@${domain}`]: true } } }))['g']?.id ?? ''
  const { page, context, errors } = await newPage(desk, { size })
  await signIn(page, desk)
  await page.goto(`${desk.url}/contacts`)
  await page.locator('[data-card]').first().waitFor()
  await page.getByRole('button', { name: 'More actions' }).first().click()
  await page.getByRole('menuitem', { name: 'Find duplicates…' }).click()
  const dialog = page.getByRole('dialog', { name: 'Duplicate contacts' })
  await dialog.getByText('1 set may be the same person').waitFor()
  await dialog.getByText('same email address').waitFor()
  expect(await dialog.getByRole('listitem').count()).toBe(2)
  const whole = dialog.locator('[data-merged]')
  for (const said of [`second@${domain}`, `王小明 ${size}`]) await whole.getByText(said, { exact: true }).waitFor()
  expect(await findings(page, 'merge', true)).toEqual([])
  await dialog.getByRole('button', { name: 'Merge 2 contacts' }).click()
  await dialog.getByText('There are no more duplicates.').waitFor()
  expect(await dialog.getByRole('heading', { name: 'There are no more duplicates.' }).evaluate((h) => h === document.activeElement)).toBe(true)

  const mine = async (): Promise<Card[]> => (await cards()).filter((c) => Object.values(c.emails ?? {}).some((e) => e.address.toLowerCase() === `wang@${domain}`))
  const [one, ...none] = await mine()
  expect(none).toEqual([])
  expect(Object.values(one?.emails ?? {}).map((e) => e.address.toLowerCase()).sort()).toEqual([`second@${domain}`, `wang@${domain}`])
  expect([Object.values(one?.phones ?? {}).length, Object.values(one?.titles ?? {})[0]?.name, one?.name?.full, Object.values(one?.nicknames ?? {})[0]?.name]).toEqual([1, '科長', `Wang Xiaoming ${size}`, `王小明 ${size}`])
  const members = async (): Promise<string[]> => Object.keys((await cards()).find((c) => c.id === group)?.members ?? {}).sort()
  expect(await members()).toEqual([one?.uid ?? '', `c@${domain}`].sort())

  // Back, each as it was, in the group as it was.
  await dialog.getByRole('button', { name: 'Close' }).last().click()
  await page.getByRole('button', { name: 'Undo' }).click()
  const told = async (): Promise<string> => (await mine()).map((c) => `${c.name?.full} ${Object.keys(c.emails ?? {}).length} ${Object.keys(c.nicknames ?? {}).length}`).sort().join()
  await until(async () => (await told()) === `Wang Xiaoming ${size} 2 0,王小明 ${size} 1 0`, 'both are as they were')
  await until(async () => (await members()).join() === [`a@${domain}`, `c@${domain}`].join(), 'the group is as it was')

  // Kept apart: asked no more while this stands open.
  await page.getByRole('button', { name: 'More actions' }).first().click()
  await page.getByRole('menuitem', { name: 'Find duplicates…' }).click()
  await dialog.getByRole('button', { name: 'Keep apart' }).click()
  await dialog.getByText('There are no more duplicates.').waitFor()
  expect((await mine()).length).toBe(2)
  expect(errors.filter((e) => !/401/.test(e))).toEqual([])
  await context.close()
  await api.call('ContactCard/set', { destroy: [...(await mine()).map((c) => c.id), made['c']?.id, group] })
})
