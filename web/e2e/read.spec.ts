import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Api, letter, until } from './api'
import { newPage, openDesk, signIn, type Desk } from './harness'

let run = 0
let desk: Desk
let api: Api
beforeAll(async () => {
  desk = await openDesk(13)
  api = Api.of(desk)
})
beforeEach(() => {
  run = Date.now() // a second try must not find the letters of the first
})
afterAll(() => desk.close())

const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='

const hostile = `<html><head><style>p { color: rgb(1, 2, 3) }</style><meta http-equiv="refresh" content="0;url=https://evil.example/"></head>
<body onload="parent.document.title='x'"><p>Readable text</p>
<script>parent.document.title = 'owned'; top.location = 'https://evil.example/'</script>
<img src="https://evil.example/track.gif" width="40" height="40" alt="tracker"><img src="cid:pic@here" alt="own picture" onerror="parent.document.title='y'">
<a href="javascript:parent.document.title='z'">bad link</a> <a href="https://real.example/">good link</a>
<form action="https://evil.example/"><input name="pw"><button>Go</button></form><iframe src="https://evil.example/"></iframe></body></html>`

test('HTML of a stranger is shown, and can neither run nor fetch', async () => {
  const boundary = 'b1'
  await api.deliver(
    letter(`Hostile letter ${run}`, `--${boundary}\nContent-Type: text/html; charset=utf-8\n\n${hostile}\n--${boundary}\nContent-Type: image/png\nContent-ID: <pic@here>\nContent-Disposition: inline; filename=pic.png\nContent-Transfer-Encoding: base64\n\n${pixel}\n--${boundary}--`, {
      'Content-Type': `multipart/related; boundary=${boundary}`,
    }),
  )
  const { page, context, errors } = await newPage(desk)
  const asked: string[] = []
  page.on('request', (r) => asked.push(r.url()))
  await signIn(page, desk)
  await page.getByRole('row', { name: new RegExp(`Hostile letter ${run}`) }).click()
  const frame = page.frameLocator('article iframe')
  await frame.getByText('Readable text').waitFor()
  expect(await frame.getByText('Readable text').evaluate((el) => getComputedStyle(el).color)).toBe('rgb(1, 2, 3)')
  expect(await frame.locator('script, form, input, iframe, meta[http-equiv=refresh], [onerror], [onload]').count()).toBe(0)
  expect(await frame.getByText('bad link').getAttribute('href')).toBeNull()
  expect(await frame.getByText('good link').getAttribute('rel')).toContain('noopener')
  const own = frame.getByAltText('own picture')
  await until(async () => (await own.evaluate((i: HTMLImageElement) => i.naturalWidth)) === 1, 'the inline picture is shown')
  expect(await page.title()).toContain('Inbox')
  expect(asked.filter((u) => u.includes('evil.example'))).toEqual([])

  await page.getByRole('button', { name: 'Show pictures' }).click()
  await until(async () => asked.some((u) => u.includes('track.gif')), 'the picture is fetched once asked for')
  expect(asked.filter((u) => u.includes('evil.example') && !u.includes('track.gif'))).toEqual([])
  // Allowed complaints: the invented host does not exist, and the sealed frame
  // says that it refused a handler while parsing.
  expect(errors.filter((e) => !/401|ERR_|Failed to load|Blocked script execution in '[^']*mail-frame\.html'/.test(e))).toEqual([])
  // Keys work on while the focus is inside the letter.
  await page.frameLocator('article iframe').getByText('Readable text').click()
  await page.keyboard.press('Escape')
  await page.getByText('No message is open').waitFor()
  await context.close()
})

test('opening marks as read, here and on the server, and the badge follows', async () => {
  const id = await api.deliver(letter(`Please read me ${run}`, 'Some words'))
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  const folder = page.getByRole('treeitem', { name: /^Inbox/ }).first()
  const count = async (): Promise<number> => Number(/\d+/.exec(await folder.innerText())?.[0] ?? 0)
  const before = await count()
  const row = page.getByRole('row', { name: new RegExp(`Please read me ${run}`) })
  expect(await row.getAttribute('data-unread')).toBe('true')
  await row.click()
  await page.getByRole('article').getByText('Some words').waitFor()
  await until(async () => (await row.getAttribute('data-unread')) === null, 'the row is read')
  expect(await count()).toBe(before - 1)
  await until(async () => (await api.find({ subject: `Please read me ${run}` })).some((e) => e.id === id && e.keywords['$seen']), 'read on the server')
  await context.close()
})

test('a conversation is a stack; quotes are folded; files come down whole', async () => {
  const root = `<root-${Date.now()}@outside.example>`
  await api.deliver(letter(`Stack of letters ${run}`, 'First words', { 'Message-ID': root }), 'inbox', { $seen: true })
  const bytes = 'file content, 附件'
  await api.deliver(
    letter(`Re: Stack of letters ${run}`, `--b\nContent-Type: text/plain; charset=utf-8\n\nSecond words\n\n> First words\n> of the one before\n--b\nContent-Type: text/plain; charset=utf-8; name="=?utf-8?B?5pyD6K2wLnR4dA==?="\nContent-Disposition: attachment; filename*=utf-8''%E6%9C%83%E8%AD%B0.txt\nContent-Transfer-Encoding: base64\n\n${Buffer.from(bytes).toString('base64')}\n--b--`, {
      'In-Reply-To': root, References: root, 'Content-Type': 'multipart/mixed; boundary=b',
    }),
  )
  const { page, context, errors } = await newPage(desk)
  await signIn(page, desk)
  const row = page.getByRole('row', { name: new RegExp(`Stack of letters ${run}`) })
  expect(await row.count()).toBe(1)
  await row.click()
  const article = page.getByRole('article')
  await article.getByText('Second words').waitFor()
  expect(await article.getByText('of the one before').count()).toBe(0)
  await article.getByRole('button', { name: 'Show quoted text' }).click()
  await article.getByText('of the one before').waitFor()
  await article.getByRole('button', { name: /First words/ }).click()
  await until(async () => (await article.locator('section[aria-label^="Message from"]').count()) === 2, 'both letters are open')
  const [download] = await Promise.all([page.waitForEvent('download'), article.getByRole('link', { name: /會議\.txt/ }).click()])
  expect(download.suggestedFilename()).toBe('會議.txt')
  expect(readFileSync(await download.path(), 'utf8')).toBe(bytes)
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})

test('an address leads straight to its conversation, after a reload too', async () => {
  await api.deliver(letter(`Deep address ${run}`, 'Found by link'))
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.getByRole('row', { name: new RegExp(`Deep address ${run}`) }).click()
  await page.getByRole('article').getByText('Found by link').waitFor()
  await page.reload()
  await page.getByRole('article').getByText('Found by link').waitFor()
  await page.goto(page.url().replace(/[^/]+$/, 'Tnowhere'))
  await page.getByText('no longer here').waitFor()
  await context.close()
})
