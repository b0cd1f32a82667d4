import { afterAll, beforeAll, expect, test } from 'vitest'
import { Api, letter, until } from './api'
import { newPage, openDesk, signIn, type Desk } from './harness'

let desk: Desk
let api: Api
const tag = `K${Date.now() % 100_000}`
const MANY = 620
beforeAll(async () => {
  desk = await openDesk(16)
  api = Api.of(desk)
  for (let n = 0; n < MANY; n += 4) await Promise.all(Array.from({ length: 4 }, (_, i) => api.deliver(letter(`${tag} number ${n + i}`, 'x'), 'archive', { $seen: true })))
})
afterAll(() => desk.close())

const count = async (role: string): Promise<number> => {
  const r = await api.call<{ total: number }>('Email/query', { filter: { inMailbox: await api.box(role), subject: tag }, limit: 1, calculateTotal: true })
  return r.total
}

test('all results are chosen, moved in chunks with their progress, and taken back', async () => {
  await until(async () => (await count('archive')) === MANY, 'indexed', 60_000)
  const { page, context, errors } = await newPage(desk)
  await signIn(page, desk)
  await page.getByRole('searchbox').fill(`subject:${tag}`)
  await page.keyboard.press('Enter')
  await page.getByText(`${MANY} items`).waitFor()
  await page.getByRole('row').nth(1).click({ modifiers: ['Control'] })
  await page.getByRole('row').nth(4).click({ modifiers: ['Shift'] })
  await page.getByText('4 chosen').waitFor()
  await page.getByRole('button', { name: 'Choose all shown' }).click()
  await page.getByRole('button', { name: `Choose all ${MANY} here` }).click()
  await page.getByText(`All ${MANY} chosen`).waitFor()
  await page.keyboard.press('v')
  await page.getByRole('combobox').fill('Junk')
  await page.keyboard.press('Enter')
  const card = page.getByRole('region', { name: 'Work in progress' })
  await card.getByText(`${MANY} messages done`).waitFor({ timeout: 40_000 })
  expect(await count('junk')).toBe(MANY)
  await card.getByRole('button', { name: 'Undo' }).click()
  await until(async () => (await count('archive')) === MANY, 'all are back', 40_000)
  expect(await count('junk')).toBe(0)
  expect(errors.filter((x) => !x.includes('401'))).toEqual([])
  await context.close()
})

test('stopped between two chunks, the rest is left alone and can be taken up again', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  // The second chunk waits, so that there is time to press the button.
  let sets = 0
  let release = (): void => {}
  const held = new Promise<void>((r) => (release = r))
  await page.route('**/jmap/api', async (route) => {
    if (route.request().postData()?.includes('"Email/set"') && ++sets === 2) await held
    await route.continue()
  })
  await page.getByRole('searchbox').fill(`subject:${tag}`)
  await page.keyboard.press('Enter')
  await page.getByText(`${MANY} items`).waitFor()
  await page.getByRole('button', { name: 'More about this list' }).click()
  await page.getByRole('menuitem', { name: 'Choose all' }).click()
  await page.getByRole('button', { name: `Choose all ${MANY} here` }).click()
  await page.getByRole('button', { name: 'Delete', exact: true }).click()
  const card = page.getByRole('region', { name: 'Work in progress' })
  await card.getByText('250 done, 370 left').waitFor()
  await card.getByRole('button', { name: 'Stop' }).click()
  release()
  await card.getByText(`Stopped: 500 of ${MANY} done`).waitFor()
  expect(await count('trash')).toBe(500)
  await card.getByRole('button', { name: 'Go on' }).click()
  await card.getByText(`${MANY} messages done`).waitFor()
  expect(await count('trash')).toBe(MANY)
  await context.close()
})
