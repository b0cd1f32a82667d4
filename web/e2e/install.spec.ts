import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Api, until } from './api'
import { shellKept } from './away'
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

test('files that another program shares come into the letter, and lie nowhere in plain', async () => {
  const { page, context } = await newPage(desk, { worker: true })
  await signIn(page, desk)
  await shellKept(page)
  await page.reload() // under the worker
  await page.getByRole('row').first().waitFor()
  const cdp = await context.newCDPSession(page)
  const { data } = (await cdp.send('Page.getAppManifest')) as { data?: string }
  const target = (JSON.parse(data ?? '{}') as { share_target: { action: string; method: string; enctype: string; params: { title: string; text: string; files: { name: string }[] } } }).share_target
  expect([target.method, target.enctype]).toEqual(['POST', 'multipart/form-data'])
  // What the system does with a share: a form sent to the program, as its manifest says.
  await page.evaluate((t) => {
    const form = Object.assign(document.createElement('form'), { action: t.action, method: t.method, enctype: t.enctype })
    const field = (name: string, value: string): void => form.append(Object.assign(document.createElement('input'), { name, value }))
    field(t.params.title, '工地照片')
    field(t.params.text, 'From the site')
    const files = new DataTransfer()
    files.items.add(new File(['words in a file'], '說明.txt', { type: 'text/plain' }))
    files.items.add(new File([new Uint8Array(30_000)], 'photo.jpg', { type: 'image/jpeg' }))
    const input = Object.assign(document.createElement('input'), { type: 'file', name: t.params.files[0]?.name ?? '', multiple: true })
    input.files = files.files
    form.append(input)
    document.body.append(form)
    form.submit()
  }, target)
  const sheet = page.getByRole('dialog', { name: '工地照片' }).or(page.getByRole('dialog', { name: 'New message' }))
  await sheet.getByText('說明.txt').waitFor({ timeout: 20_000 })
  await sheet.getByText('photo.jpg').waitFor()
  expect(await sheet.getByLabel('Subject').inputValue()).toBe('工地照片')
  await sheet.locator('[data-body]').first().getByText('From the site').waitFor()
  await sheet.getByText('Saved').waitFor({ timeout: 20_000 })
  const draft = await until(async () => (await Api.of(desk).find({ subject: '工地照片', hasKeyword: '$draft' })).find((e) => e.hasAttachment), 'the draft has them')
  const got = await Api.of(desk).call<{ list: { attachments: { name: string; size: number }[] }[] }>('Email/get', { ids: [draft.id], properties: ['attachments'] })
  expect(got.list[0]?.attachments.map((a) => a.name).sort()).toEqual(['photo.jpg', '說明.txt'])
  const cached = await page.evaluate(async () => {
    const out: string[] = []
    for (const n of await caches.keys()) for (const r of await (await caches.open(n)).keys()) out.push(new URL(r.url).pathname)
    return out
  })
  expect(cached.filter((p) => p.startsWith('/share'))).toEqual([])
  await sheet.getByRole('button', { name: 'Discard draft' }).click()
  await context.close()
})

test('the worker knows the screens of every room', async () => {
  const { page, context } = await newPage(desk)
  const worker = await (await page.request.get(`${desk.url}/sw.js`)).text()
  const known = JSON.parse(/const rooms = (\[.*?\])/.exec(worker)?.[1] ?? '[]') as string[]
  expect(known).toEqual([...readFileSync('src/app/rooms.ts', 'utf8').matchAll(/path: '\/([^']+)'/g)].map((m) => m[1]))
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
