// The service worker: keeps the shell of the client (never an answer of the
// API, which would lie in plain) so that it opens without a line, gives out the
// files that were kept sealed, takes what other programs share, and shows what
// the server pushes. The lists below are filled in by scripts/compress.mjs.
const shell = /* PRECACHE */ []
const rooms = /* ROOMS */ []
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
const screens = new Set(['', 'settings', 'share', 'gallery', ...rooms])
const ours = (path) => !/^\/(jmap|auth|oauth|saml|sso\/(api|in\/)|\.well-known|mail\/config|autodiscover|healthz)/i.test(path) && path !== '/sw.js'

self.addEventListener('fetch', (e) => {
  const url = new URL(e.request.url)
  if (url.origin === location.origin && url.pathname === '/share' && e.request.method === 'POST') return e.respondWith(shared(e))
  if (url.origin === location.origin && DOWNLOAD.test(url.pathname) && e.request.method === 'GET' && e.request.mode !== 'navigate') {
    return e.respondWith(fetch(e.request).catch(async (no) => (await keptFile(url).catch(() => null)) ?? Promise.reject(no)))
  }
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
  if (path === '/' && !screens.has(new URL(request.url).pathname.split('/')[1])) return fetch(request).catch(() => have)
  const late = new Promise((resolve) => setTimeout(() => resolve(have), 2500))
  const now = fetch(request).then((r) => (r.ok ? r : have), () => have)
  return Promise.race([now, late])
}

const DOWNLOAD = /^\/jmap\/download\/[^/]+\/([^/]+)\//

/** A file from the sealed records of web/src/kit/offline/vault.ts, under the key that lies there; null when it is not kept. */
async function keptFile(url) {
  const name = `file/${decodeURIComponent(DOWNLOAD.exec(url.pathname)[1])}`
  const db = await openRecords()
  try {
    const [kept, sealed] = await Promise.all([read(db, 'keys', 'main'), read(db, 'records', name)])
    if (!kept || kept.until <= Date.now() || !sealed) return null
    const bytes = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: sealed.iv, additionalData: new TextEncoder().encode(name) }, kept.key, sealed.data)
    // As the server says it: nothing of it may run, whatever its type.
    return new Response(bytes, {
      headers: { 'Content-Type': url.searchParams.get('accept') || 'application/octet-stream', 'Content-Disposition': 'attachment', 'X-Content-Type-Options': 'nosniff', 'Content-Security-Policy': "sandbox; default-src 'none'" },
    })
  } finally {
    db.close()
  }
}

function openRecords() {
  return new Promise((resolve, reject) => {
    const r = indexedDB.open('chancery-mirror')
    // Where there is none, none is made.
    r.onupgradeneeded = () => r.transaction.abort()
    r.onsuccess = () => resolve(r.result)
    r.onerror = () => reject(r.error)
  })
}

function read(db, store, name) {
  return new Promise((resolve, reject) => {
    const r = db.transaction(store).objectStore(store).get(name)
    r.onsuccess = () => resolve(r.result)
    r.onerror = () => reject(r.error)
  })
}

// What other programs shared, until the page it opens asks for it. In memory
// alone, so that a stranger's file never lies in plain on the device.
const parcels = new Map()
const PARCEL_TIME = 120_000

/** Takes what is shared with files (Web Share Target) and leads to the sheet. */
async function shared(e) {
  const form = await e.request.formData()
  const text = (name) => form.getAll(name).filter((v) => typeof v === 'string').join('\n')
  const id = crypto.randomUUID()
  const taken = new Promise((done) => {
    parcels.set(id, { files: form.getAll('files').filter((f) => typeof f !== 'string' && f.size > 0).slice(0, 20), done })
    setTimeout(done, PARCEL_TIME)
  }).finally(() => parcels.delete(id))
  e.waitUntil(taken) // the worker must not sleep over it
  const q = new URLSearchParams(Object.entries({ title: text('title'), text: text('text'), url: text('url'), parcel: id }).filter(([, v]) => v))
  return Response.redirect(`/share?${q}`, 303)
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
  if (e.data?.kind === 'parcel') {
    const parcel = parcels.get(e.data.id)
    e.ports[0]?.postMessage(parcel?.files ?? [])
    parcel?.done()
  }
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

/** The windows of the client; the frames that letters are shown in are none. */
async function pages() {
  return (await self.clients.matchAll({ type: 'window', includeUncontrolled: true })).filter((w) => w.frameType === 'top-level')
}

async function pushed(message) {
  // RFC 8620 section 7.2.2: the code that proves that we read this address.
  if (message['@type'] === 'PushVerification') {
    await call([['PushSubscription/set', { update: { [message.pushSubscriptionId]: { verificationCode: message.verificationCode } } }, 'v']])
    await begin().catch(() => {})
    return
  }
  const s = await settings()
  const windows = await pages()
  // Whoever is looking needs no notice of it.
  if (windows.some((w) => w.visibilityState === 'visible' && w.focused)) return
  const all = await Promise.all(Object.keys(message.changed ?? {}).map((a) => newest(a).catch(() => null)))
  // The number on the icon of the installed program, where the system has one.
  const own = all.find((n) => n?.account === s.account)
  if (own) await self.navigator.setAppBadge?.(own.unread).catch(() => {})
  const news = all.filter(Boolean).sort((a, b) => (b.letter?.receivedAt ?? '').localeCompare(a.letter?.receivedAt ?? ''))[0]
  const letter = news?.letter
  if (news && (!letter || letter.receivedAt <= s.seen)) return // a flag changed, nothing came
  if (letter) await remember({ ...s, seen: letter.receivedAt })
  const open = s.show === 'full' && letter
  const from = letter?.from?.[0]
  await self.registration.showNotification(open ? from?.name || from?.email || s.text : s.text, {
    tag: 'mail', lang: s.language, icon: '/icon-192.png', badge: '/icon-192.png',
    body: open ? letter.subject ?? '' : '',
    data: { url: letter ? `/mail/${news.account}/${news.box}/${letter.threadId}` : '/' },
  })
}

/** From now on: what lies there already was seen, and the number on the icon is of the person's own inbox. */
async function begin() {
  const r = await fetch('/.well-known/jmap', { credentials: 'same-origin' })
  const account = (await r.json()).primaryAccounts['urn:ietf:params:jmap:mail']
  const seen = (await newest(account))?.letter?.receivedAt ?? ''
  await remember({ ...(await settings()), account, seen })
}

/** The newest unread letter of an account's inbox, and how many are unread; null where there is no inbox. */
async function newest(account) {
  const [, boxes] = (await call([['Mailbox/query', { accountId: account, filter: { role: 'inbox' } }, 'b']]))[0]
  const box = boxes.ids[0]
  if (!box) return null
  const answers = await call([
    ['Email/query', { accountId: account, filter: { inMailbox: box, notKeyword: '$seen' }, sort: [{ property: 'receivedAt', isAscending: false }], limit: 1 }, 'q'],
    ['Email/get', { accountId: account, '#ids': { resultOf: 'q', name: 'Email/query', path: '/ids' }, properties: ['threadId', 'from', 'subject', 'receivedAt'] }, 'g'],
    ['Mailbox/get', { accountId: account, ids: [box], properties: ['unreadEmails'] }, 'm'],
  ])
  return { account, box, letter: answers[1][1].list[0], unread: answers[2][1].list[0].unreadEmails }
}

self.addEventListener('notificationclick', (e) => {
  e.notification.close()
  e.waitUntil(show(e.notification.data.url))
})

/** Shows an address in a window that is open already, which may hold a letter half written, or else in a new one. */
async function show(url) {
  const [open] = await pages()
  if (!open) return self.clients.openWindow(url)
  open.postMessage({ kind: 'open', url })
  await open.focus().catch(() => {}) // not every system lets it
}
