import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { readFile } from 'node:fs/promises'
import { extname, join, normalize } from 'node:path'
import { FakeJmap } from './fake'

// The policy the real server sends; the client must live with it in tests too.
export const PAGE_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self' ws: wss:; font-src 'self'; frame-src 'self' blob: data:; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

const framePolicies: Record<string, string> = {
  '/mail-frame.html': "default-src 'none'; style-src 'unsafe-inline'; img-src data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox",
  '/mail-frame-images.html': "default-src 'none'; style-src 'unsafe-inline'; img-src data: blob: http: https:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox allow-same-origin allow-popups allow-popups-to-escape-sandbox",
}

const types: Record<string, string> = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.json': 'application/json', '.png': 'image/png', '.webmanifest': 'application/manifest+json' }

type Handled = boolean | Promise<boolean>

/** The JMAP and sign-in half of the fake, for this server and for the development server. */
export function apiHandler(fake: FakeJmap): (req: IncomingMessage, res: ServerResponse) => Handled {
  let serial = 0
  return async (req, res) => {
    const url = new URL(req.url ?? '/', `http://${req.headers.host}`)
    const signedIn = (req.headers.cookie ?? '').includes('fake=1')
    const json = (value: unknown, status = 200): boolean => {
      res.writeHead(status, { 'Content-Type': 'application/json' }).end(JSON.stringify(value))
      return true
    }
    const refuse = (): boolean => json({ title: 'Not signed in' }, 401)
    switch (url.pathname) {
      case '/auth/sign-in': {
        const { password } = JSON.parse(await text(req)) as { password: string }
        if (password !== 'open sesame') return json({ title: 'Sign-in failed', detail: 'Address or password is not right.' }, 401)
        res.writeHead(204, { 'Set-Cookie': 'fake=1; Path=/; HttpOnly; SameSite=Lax' }).end()
        return true
      }
      case '/auth/sign-out':
        res.writeHead(204, { 'Set-Cookie': 'fake=0; Path=/; Max-Age=0' }).end()
        return true
      case '/auth/me':
        return signedIn ? json({ address: 'lin.yating@mingchuan.example', name: '林雅婷', language: 'zh-TW' }) : refuse()
      case '/auth/ways':
        return json({ apply: false, certificate: false, card: false, providers: [] })
      case '/.well-known/jmap':
        return signedIn ? json(fake.session(url.origin)) : refuse()
      case '/jmap/api': {
        if (!signedIn) return refuse()
        const { methodCalls } = JSON.parse(await text(req)) as { methodCalls: Parameters<FakeJmap['handle']>[0] }
        return json({ methodResponses: fake.handle(methodCalls), sessionState: 's1' })
      }
      case '/jmap/events': {
        if (!signedIn) return refuse()
        res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' }).write(': hello\n\n')
        const off = fake.onState((s) => {
          const changed = { [fake.accountId]: { Email: String(s), Mailbox: String(s), Thread: String(s) } }
          res.write(`event: state\nid: ${s}\ndata: ${JSON.stringify({ '@type': 'StateChange', changed })}\n\n`)
        })
        req.on('close', off)
        return true
      }
    }
    if (url.pathname.startsWith('/jmap/upload/')) {
      const bytes = await body(req)
      const blobId = `u${serial++}`
      const type = req.headers['content-type'] ?? 'application/octet-stream'
      fake.office.blobs.set(blobId, { type, bytes })
      return json({ accountId: fake.accountId, blobId, type, size: bytes.length }, 201)
    }
    if (url.pathname.startsWith('/jmap/download/')) {
      const blob = fake.office.blobs.get(url.pathname.split('/')[4] ?? '')
      if (!blob) return json({ title: 'Not found' }, 404)
      res.writeHead(200, { 'Content-Type': blob.type }).end(blob.bytes)
      return true
    }
    return false
  }
}

/** Serves a built client and the fake office on a free loopback port. */
export async function startFake(dist: string, fake = new FakeJmap()): Promise<{ url: string; fake: FakeJmap; stop: () => Promise<void> }> {
  const api = apiHandler(fake)
  const server = createServer((req, res) => {
    void (async () => {
      if (await api(req, res)) return
      const path = normalize(new URL(req.url ?? '/', 'http://x').pathname)
      const headers = { 'Content-Security-Policy': framePolicies[path] ?? PAGE_POLICY, 'X-Content-Type-Options': 'nosniff', 'Referrer-Policy': 'no-referrer' }
      const file = extname(path) ? path : '/index.html'
      try {
        const bytes = await readFile(join(dist, file))
        res.writeHead(200, { ...headers, 'Content-Type': types[extname(file)] ?? 'application/octet-stream' }).end(bytes)
      } catch {
        res.writeHead(404, headers).end()
      }
    })().catch(() => res.writeHead(500).end())
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}`,
    fake,
    stop: () => new Promise((done) => { server.closeAllConnections(); server.close(() => done()) }),
  }
}

async function body(req: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  for await (const c of req) chunks.push(c as Buffer)
  return Buffer.concat(chunks)
}

async function text(req: IncomingMessage): Promise<string> {
  return Buffer.from(await body(req)).toString('utf8')
}
