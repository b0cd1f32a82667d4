// The service worker: keeps the shell of the client (never an answer of the
// API, which would lie in plain) so that it opens without a line, and shows
// what the server pushes. The list below is filled in by scripts/compress.mjs.
const shell = /* PRECACHE */ []
const version = /* VERSION */ 'dev'
const NAME = `chancery-shell-${version}`
const SETTINGS = 'chancery-worker'

self.addEventListener('install', (e) => {
  e.waitUntil(
    caches.open(NAME).then(async (c) => {
      // What an older version has already is not fetched again.
      for (const url of shell) {
        const have = url.startsWith('/assets/') && (await caches.match(url))
        if (have) await c.put(url, have)
        else await c.add(new Request(url, { cache: 'no-cache' }))
      }
      await self.skipWaiting()
    }),
  )
})

self.addEventListener('activate', (e) => {
  e.waitUntil(
    (async () => {
      for (const n of await caches.keys()) if (n.startsWith('chancery-shell-') && n !== NAME) await caches.delete(n)
      await self.clients.claim()
    })(),
  )
})

// Where the client's own screens are; what else one may go to, such as a
// download, is left to the server, and only without a line answered from here.
const screens = /^\/(mail|settings|share|gallery|contacts)?(\/|$)/
const ours = (path) => !/^\/(jmap|auth|\.well-known|mail\/config|autodiscover|healthz)/i.test(path) && path !== '/sw.js'

self.addEventListener('fetch', (e) => {
  const url = new URL(e.request.url)
  if (e.request.method !== 'GET' || url.origin !== location.origin || !ours(url.pathname)) return
  // The empty page that letters are shown in: no letter waits for the network to say that it is still empty.
  if (url.pathname.startsWith('/assets/') || (url.pathname.startsWith('/mail-frame') && shell.includes(url.pathname))) e.respondWith(kept(e.request, url.pathname))
  else if (e.request.mode === 'navigate' && !url.pathname.startsWith('/mail-frame')) e.respondWith(fresh(e.request, '/'))
  else if (shell.includes(url.pathname)) e.respondWith(fresh(e.request, url.pathname))
})

/** Files whose names carry their hash never change. */
async function kept(request, path) {
  return (await caches.match(path)) ?? fetch(request)
}

/** The newest from the server when it answers soon, else what is kept. */
async function fresh(request, path) {
  const have = await caches.match(path)
  if (!have) return fetch(request)
  if (path === '/' && !screens.test(new URL(request.url).pathname)) return fetch(request).catch(() => have)
  const late = new Promise((resolve) => setTimeout(() => resolve(have), 2500))
  const now = fetch(request).then((r) => (r.ok ? r : have), () => have)
  return Promise.race([now, late])
}

/** What the client told the worker: how much to show, and the words. */
async function settings() {
  const c = await caches.open(SETTINGS)
  const r = await c.match('/settings')
  return r ? await r.json() : { show: 'plain', text: 'New mail', language: 'en', seen: '' }
}
async function remember(s) {
  const c = await caches.open(SETTINGS)
  await c.put('/settings', new Response(JSON.stringify(s)))
}

self.addEventListener('message', (e) => {
  if (e.data?.kind === 'settings') e.waitUntil(settings().then((s) => remember({ ...s, ...e.data.settings })))
  if (e.data?.kind === 'forget') e.waitUntil(caches.delete(SETTINGS))
})

const USING = ['urn:ietf:params:jmap:core', 'urn:ietf:params:jmap:mail']
async function call(methodCalls) {
  const r = await fetch('/jmap/api', { method: 'POST', credentials: 'same-origin', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ using: USING, methodCalls }) })
  if (!r.ok) throw new Error(String(r.status))
  return (await r.json()).methodResponses
}

self.addEventListener('push', (e) => {
  e.waitUntil(pushed(e.data ? e.data.json() : {}))
})

async function pushed(message) {
  // RFC 8620 section 7.2.2: the code that proves that we read this address.
  if (message['@type'] === 'PushVerification') {
    await call([['PushSubscription/set', { update: { [message.pushSubscriptionId]: { verificationCode: message.verificationCode } } }, 'v']])
    return
  }
  const s = await settings()
  const windows = await self.clients.matchAll({ type: 'window' })
  // Whoever is looking needs no notice of it.
  if (windows.some((w) => w.visibilityState === 'visible' && w.focused)) return
  const letter = await newest(Object.keys(message.changed ?? {})[0]).catch(() => null)
  if (letter && letter.receivedAt <= s.seen) return // a flag changed, nothing came
  if (letter) await remember({ ...s, seen: letter.receivedAt })
  const open = s.show === 'full' && letter
  const from = letter?.from?.[0]
  await self.registration.showNotification(open ? from?.name || from?.email || s.text : s.text, {
    tag: 'mail', lang: s.language, icon: '/icon-192.png', badge: '/icon-192.png',
    body: open ? letter.subject ?? '' : '',
    data: { url: open ? `/mail/${letter.account}/${letter.box}/${letter.threadId}` : '/' },
  })
}

/** The newest unread letter of the inbox. */
async function newest(account) {
  if (!account) return null
  const [, boxes] = (await call([['Mailbox/query', { accountId: account, filter: { role: 'inbox' } }, 'b']]))[0]
  const box = boxes.ids[0]
  const answers = await call([
    ['Email/query', { accountId: account, filter: { inMailbox: box, notKeyword: '$seen' }, sort: [{ property: 'receivedAt', isAscending: false }], limit: 1 }, 'q'],
    ['Email/get', { accountId: account, '#ids': { resultOf: 'q', name: 'Email/query', path: '/ids' }, properties: ['threadId', 'from', 'subject', 'receivedAt'] }, 'g'],
  ])
  const letter = answers[1][1].list[0]
  return letter ? { ...letter, account, box } : null
}

self.addEventListener('notificationclick', (e) => {
  e.notification.close()
  e.waitUntil(
    self.clients.matchAll({ type: 'window' }).then((all) => {
      const open = all[0]
      return open ? open.focus().then((w) => w.navigate(e.notification.data.url)) : self.clients.openWindow(e.notification.data.url)
    }),
  )
})
