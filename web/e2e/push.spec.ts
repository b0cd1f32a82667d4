import type { BrowserContext, CDPSession, Page, Worker } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Api, letter, until } from './api'
import { shellKept } from './away'
import { newPage, openDesk, signIn, type Desk } from './harness'
import { PushService, type Pushed } from './push-service'

let desk: Desk
let api: Api
let service: PushService
beforeAll(async () => {
  desk = await openDesk(57)
  api = Api.of(desk)
  const { push } = inject('office')
  if (!push) throw new Error('the office that runs does not trust a push service of the tests (see e2e/server.ts)')
  service = await PushService.open(push)
})
afterAll(async () => {
  await service.close()
  await desk.close()
})

/** The browser's own subscription is of the test's service: its maker's cannot be reached from here. */
function subscribes(json: unknown): void {
  let on = localStorage.getItem('test.subscribed') === 'yes'
  const sub = { toJSON: () => json, endpoint: (json as { endpoint: string }).endpoint, unsubscribe: async () => (localStorage.removeItem('test.subscribed'), (on = false), true) }
  PushManager.prototype.getSubscription = async () => (on ? (sub as unknown as PushSubscription) : null)
  PushManager.prototype.subscribe = async (o) => {
    const key = o?.applicationServerKey
    if (typeof key !== 'string' || !o?.userVisibleOnly) throw new DOMException('no key', 'NotAllowedError')
    localStorage.setItem('test.subscribed', 'yes')
    on = true
    return sub as unknown as PushSubscription
  }
}

/** Hands messages to the worker as the browser does when its push service has one. */
class Line {
  private registration = ''
  constructor(private readonly cdp: CDPSession) {}
  static async open(context: BrowserContext): Promise<Line> {
    const page = await context.newPage() // no window of the client's
    const line = new Line(await context.newCDPSession(page))
    line.cdp.on('ServiceWorker.workerRegistrationUpdated', (e) => {
      for (const r of e.registrations) if (r.scopeURL.startsWith(desk.url) && !r.isDeleted) line.registration = r.registrationId
    })
    await line.cdp.send('ServiceWorker.enable')
    await until(async () => line.registration !== '', 'the worker is known')
    return line
  }
  async hand(p: Pushed): Promise<void> {
    await this.cdp.send('ServiceWorker.deliverPushMessage', { origin: desk.url, registrationId: this.registration, data: JSON.stringify(p.message) })
  }
}

async function next(after: number, what: string): Promise<Pushed> {
  const p = await until(async () => service.came[after], what, 20_000)
  expect(service.wrong).toEqual([])
  return p
}

interface Shown {
  title: string
  body: string
  url: string
}
const shown = (w: Worker): Promise<Shown[]> =>
  w.evaluate(async () => {
    const scope = self as unknown as { registration: ServiceWorkerRegistration }
    return (await scope.registration.getNotifications()).map((n) => ({ title: n.title, body: n.body, url: (n.data as { url: string }).url }))
  })

/** A person's click; what only a real one may do, opening a window, is noted. */
const click = (w: Worker): Promise<string[]> =>
  w.evaluate(async () => {
    const scope = self as unknown as { registration: ServiceWorkerRegistration; clients: { openWindow: (u: string) => Promise<null> } }
    const opened: string[] = []
    scope.clients.openWindow = async (u) => (opened.push(u), null)
    const [notification] = await scope.registration.getNotifications()
    const Made = (self as unknown as { NotificationEvent: new (type: string, o: unknown) => Event }).NotificationEvent
    self.dispatchEvent(new Made('notificationclick', { notification }))
    await new Promise((r) => setTimeout(r, 1000))
    return opened
  })

async function choose(page: Page, how: string): Promise<void> {
  await page.goto(`${desk.url}/settings/device`)
  await page.getByLabel('When mail arrives').selectOption({ label: how })
}

test('new mail comes to a closed browser: subscribed, proved, sealed, shown, counted, clicked; and no more when turned off', async () => {
  const { page, context } = await newPage(desk, { worker: true })
  await context.grantPermissions(['notifications'], { origin: desk.url })
  await context.addInitScript(subscribes, service.subscription())
  await signIn(page, desk)
  await shellKept(page)
  const line = await Line.open(context)
  await choose(page, 'Show sender and subject')

  // RFC 8620 section 7.2.2: the code first, and nothing else before it came back.
  const proof = await next(0, 'the code came')
  expect(proof.message).toMatchObject({ '@type': 'PushVerification' })
  const session = await page.evaluate(async () => (await (await fetch('/.well-known/jmap')).json()) as { capabilities: Record<string, { applicationServerKey: string }> })
  expect(proof.key).toBe(session.capabilities['urn:ietf:params:jmap:webpush-vapid']?.applicationServerKey)
  expect(proof.headers['urgency']).toBe('normal')
  await line.hand(proof)
  await until(async () => (await api.call<{ list: { verificationCode: string | null }[] }>('PushSubscription/get', { accountId: undefined, ids: null })).list.some((s) => s.verificationCode), 'the server believes it')
  const worker = await until(async () => context.serviceWorkers().find((w) => w.url().endsWith('/sw.js')), 'the worker runs')
  await worker.evaluate(() => {
    const scope = self as unknown as { navigator: { setAppBadge: (n: number) => Promise<void> }; badge: number }
    scope.navigator.setAppBadge = async (n) => void (scope.badge = n)
  })

  // Somebody who looks at the client needs no notice.
  await page.bringToFront()
  const first = `Seen ${Date.now()}`
  await api.deliver(letter(first, 'x'))
  const told = await next(1, 'a change was pushed')
  expect(told.message).toMatchObject({ '@type': 'StateChange', changed: { [await api.account()]: { Email: expect.any(String) as string } } })
  // Only that something changed goes through the service, never what.
  expect(JSON.stringify(told.message)).not.toContain(first)
  await page.close()

  const second = `To a closed browser ${Date.now()}`
  const id = await api.deliver(letter(second, 'x'))
  await line.hand(await next(2, 'the second was pushed'))
  const url = `/mail/${await api.account()}/${await api.box('inbox')}/${await api.thread(id)}`
  expect(await until(async () => ((await shown(worker)).length > 0 ? shown(worker) : false), 'it is shown')).toEqual([{ title: 'Visitor', body: second, url }])
  const unread = (await api.call<{ list: { role: string; unreadEmails: number }[] }>('Mailbox/get', { ids: null })).list.find((m) => m.role === 'inbox')?.unreadEmails
  expect(await worker.evaluate(() => (self as unknown as { badge: number }).badge)).toBe(unread)

  // The click opens the letter in a new window; here, what it opens is opened by hand.
  expect(await click(worker)).toEqual([url])
  expect(await shown(worker)).toEqual([])
  const again = await context.newPage()
  const renewed = again.waitForRequest((r) => r.postData()?.includes('"expires":null') === true)
  await again.goto(desk.url + url)
  await again.getByRole('heading', { name: second }).waitFor()
  // Each start puts off the end of the subscription, without proving it once more.
  await renewed
  expect((await api.call<{ list: { verificationCode: string | null }[] }>('PushSubscription/get', { accountId: undefined, ids: null })).list.map((x) => Boolean(x.verificationCode))).toEqual([true])
  const pushed = service.came.length

  // Where a window is open, the click shows the letter there, and nothing half written is lost.
  await again.keyboard.press('c')
  const sheet = again.getByRole('dialog', { name: 'New message' })
  await sheet.getByLabel('Subject').fill('Half written')
  await again.evaluate(() => ((window as unknown as { same: boolean }).same = true))
  const other = await context.newPage()
  await other.bringToFront()
  await again.evaluate(() => Object.defineProperty(document, 'hidden', { value: true }))
  const third = `While writing ${Date.now()}`
  const thirdId = await api.deliver(letter(third, 'x'))
  await next(pushed, 'the third was pushed')
  await worker.evaluate(() => {
    // A page in the background of a browser without windows still says it has the focus.
    Object.defineProperty((self as unknown as { WindowClient: { prototype: object } }).WindowClient.prototype, 'focused', { get: () => false })
  })
  await line.hand(service.came.at(-1) as Pushed)
  await until(async () => (await shown(worker)).length === 1, 'the third is shown')
  expect(await click(worker)).toEqual([])
  await again.waitForURL(`**/${await api.thread(thirdId)}`)
  expect(await again.evaluate(() => (window as unknown as { same?: boolean }).same)).toBe(true)
  expect(await sheet.getByLabel('Subject').inputValue()).toBe('Half written')

  // A flag that changes is no news.
  const before = service.came.length
  await api.call('Email/set', { update: { [thirdId]: { 'keywords/$flagged': true } } })
  await line.hand(await next(before, 'the flag was pushed'))
  await again.waitForTimeout(1500)
  expect(await shown(worker)).toEqual([])

  // Turned down, only that there is mail; turned off, nothing at all.
  await sheet.getByRole('button', { name: 'Discard draft' }).click()
  await choose(again, 'Only say “New mail”')
  await again.waitForTimeout(500)
  const count = service.came.length
  await again.goto('about:blank')
  await api.deliver(letter(`Secret ${Date.now()}`, 'x'))
  await line.hand(await next(count, 'the fourth was pushed'))
  expect(await until(async () => ((await shown(worker)).length > 0 ? shown(worker) : false), 'the fourth is shown')).toMatchObject([{ title: 'New mail', body: '' }])
  await choose(again, 'Off')
  await until(async () => (await api.call<{ list: unknown[] }>('PushSubscription/get', { accountId: undefined, ids: null })).list.length === 0, 'the server forgot it')
  const last = service.came.length
  await api.deliver(letter(`Silence ${Date.now()}`, 'x'))
  await again.waitForTimeout(3000)
  expect(service.came.length).toBe(last)
  expect(service.wrong).toEqual([])
  await context.close()
}, 240_000)
