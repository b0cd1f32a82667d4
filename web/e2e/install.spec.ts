import { afterAll, beforeAll, expect, test } from 'vitest'
import { newPage, openDesk, signIn, type Desk } from './harness'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk(46)
})
afterAll(() => desk.close())

test('it can be installed: manifest in the language spoken, icons, a worker', async () => {
  const { page, context } = await newPage(desk, { language: 'vi', worker: true })
  await signIn(page, desk)
  const href = await page.locator('link[rel=manifest]').getAttribute('href')
  expect(href).toBe('/app.vi.webmanifest')
  const cdp = await context.newCDPSession(page)
  const { errors, data } = (await cdp.send('Page.getAppManifest')) as { errors: unknown[]; data?: string }
  expect(errors).toEqual([])
  const manifest = JSON.parse(data ?? '{}') as { name: string; lang: string; icons: { src: string; type: string }[] }
  expect([manifest.name, manifest.lang]).toEqual(['Thư công vụ', 'vi'])
  for (const i of manifest.icons) {
    const r = await page.request.get(desk.url + i.src)
    expect([r.status(), r.headers()['content-type']]).toEqual([200, i.type])
  }
  await page.evaluate(() => navigator.serviceWorker.ready)
  const worker = await page.request.get(`${desk.url}/sw.js`)
  expect(worker.headers()['cache-control']).toBe('no-cache')
  expect(await worker.text()).not.toContain('/* PRECACHE */')
  await context.close()
})

test('what another program shares, and mailto:, begins a letter', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.goto(`${desk.url}/share?title=${encodeURIComponent('公園照片')}&text=${encodeURIComponent('<b>See</b>')}&url=${encodeURIComponent('https://city.example/a')}`)
  const sheet = page.getByRole('dialog', { name: '公園照片' }).or(page.getByRole('dialog', { name: 'New message' }))
  await sheet.getByLabel('Subject').waitFor()
  expect(await sheet.getByLabel('Subject').inputValue()).toBe('公園照片')
  const body = sheet.locator('[data-body]').first()
  await body.getByText('https://city.example/a').waitFor()
  // What was shared is text, not markup.
  expect(await body.innerText()).toContain('<b>See</b>')
  await page.goto(`${desk.url}/share?mailto=${encodeURIComponent('mailto:ann@city.example?subject=Hi%20there&cc=bob@city.example')}`)
  await sheet.getByLabel('Subject').waitFor()
  expect(await sheet.getByLabel('Subject').inputValue()).toBe('Hi there')
  await sheet.getByText('ann@city.example').waitFor()
  await context.close()
})

test('the device section offers what this browser can do', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.goto(`${desk.url}/settings/device`)
  await page.getByRole('switch', { name: 'Keep recent mail on this device' }).click()
  await page.getByText('Takes effect the next time').waitFor()
  const caps = await page.evaluate(async () => ((await (await fetch('/.well-known/jmap')).json()) as { capabilities: Record<string, { applicationServerKey?: string }> }).capabilities)
  expect(caps['urn:ietf:params:jmap:webpush-vapid']?.applicationServerKey).toMatch(/^B[\w-]{86}$/)
  await context.close()
})
