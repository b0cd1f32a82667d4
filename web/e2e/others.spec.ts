import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { newPage, openDesk, signIn, type Desk } from './harness'
import { findings } from './look'

// The system administrator ends one of somebody's sessions, which is made here.
let desk: Desk
beforeAll(async () => {
  desk = await openDesk(36)
})
afterAll(() => desk.close())

const agent = 'Lost laptop'

/** Signs the person in with a browser of that name, and returns its cookies. */
async function lost(): Promise<string> {
  const r = await fetch(`${desk.url}/auth/sign-in`, { method: 'POST', headers: { 'Content-Type': 'application/json', 'User-Agent': agent }, body: JSON.stringify({ address: desk.address, password: desk.password }) })
  expect(r.ok).toBe(true)
  return r.headers.getSetCookie().map((c) => c.split(';')[0]).join('; ')
}

const alive = (cookie: string): Promise<number> => fetch(`${desk.url}/auth/me`, { headers: { Cookie: cookie } }).then((r) => r.status)

for (const size of ['desktop', 'phone'] as const)
  test(`an administrator sees what somebody is signed in with and ends it, ${size}`, async () => {
    const account = inject('office').accounts.find((a) => a.address.startsWith('ben.okafor@'))
    if (!account) throw new Error('no administrator')
    const cookie = await lost()
    expect(await alive(cookie)).toBe(200)
    const boss = { ...desk, ...account }
    const { page, context, errors } = await newPage(boss, { size })
    await signIn(page, boss)
    await page.goto(desk.url + '/console/people')
    await page.getByLabel('Find by name').fill(desk.address.split('@')[0]?.replace('.', ' ') ?? '')
    await page.locator('#list li button').filter({ hasText: desk.address }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Sessions and devices' }).click()
    const sessions = page.getByRole('dialog').getByRole('region', { name: 'Sessions' })
    await sessions.getByText(agent).first().waitFor()
    expect(await findings(page, 'what somebody is signed in with')).toEqual([])
    await sessions.getByRole('button', { name: `End: ${agent}` }).first().click()
    await expect.poll(() => alive(cookie)).toBe(401)
    expect(errors.filter((e) => !e.includes('401'))).toEqual([])
    await context.close()
  })
