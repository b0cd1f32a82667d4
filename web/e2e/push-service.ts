import { createDecipheriv, createECDH, createHmac, createPublicKey, randomBytes, verify, type ECDH } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

/** What came in for a subscription, opened as the browser would open it. */
export interface Pushed {
  headers: IncomingMessage['headers']
  message: Record<string, unknown>
  /** The claims of the token that says who sent it. */
  claims: { aud: string; exp: number; sub?: string }
  /** The sender's public key. */
  key: string
}

/**
 * A push service as browsers' makers run them (RFC 8030), on this machine: it
 * gives out one subscription, checks who sends (VAPID, RFC 8292) and opens
 * what is sent with the keys that the browser would have (RFC 8291, 8188).
 */
export class PushService {
  readonly came: Pushed[] = []
  /** What was wrong with a request; it is answered by an error then. */
  readonly wrong: string[] = []
  /** What is answered; 410 says that the subscription is no more. */
  status = 201
  private readonly keys: ECDH = createECDH('prime256v1')
  private readonly auth = randomBytes(16)

  private constructor(private readonly server: Server) {
    this.keys.generateKeys()
  }

  static async open(tls: { key: string; cert: string }): Promise<PushService> {
    const server = createServer({ key: readFileSync(tls.key), cert: readFileSync(tls.cert) })
    const service = new PushService(server)
    server.on('request', (req, res) => {
      const parts: Buffer[] = []
      req.on('data', (d: Buffer) => parts.push(d))
      req.on('end', () => {
        try {
          const got = service.take(req, Buffer.concat(parts))
          if (service.status < 300) service.came.push(got)
          // RFC 8030 section 5: 201 and where the message lies.
          res.writeHead(service.status, { Location: `${service.origin}/m/${service.came.length}`, TTL: '60' }).end()
        } catch (e) {
          service.wrong.push(String(e))
          res.writeHead(400).end()
        }
      })
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    return service
  }

  get origin(): string {
    return `https://localhost:${(this.server.address() as AddressInfo).port}`
  }

  /** The subscription as PushSubscription.toJSON gives it. */
  subscription(): { endpoint: string; expirationTime: null; keys: { p256dh: string; auth: string } } {
    return { endpoint: `${this.origin}/push/one`, expirationTime: null, keys: { p256dh: this.keys.getPublicKey('base64url'), auth: this.auth.toString('base64url') } }
  }

  close(): Promise<void> {
    this.server.closeAllConnections()
    return new Promise((done) => this.server.close(() => done()))
  }

  private take(req: IncomingMessage, body: Buffer): Pushed {
    if (req.method !== 'POST' || req.url !== '/push/one') throw new Error(`${req.method} ${req.url}`)
    // RFC 8030 section 5.2: without TTL it is refused.
    if (!/^\d+$/.test(String(req.headers['ttl']))) throw new Error('no TTL')
    if (req.headers['content-encoding'] !== 'aes128gcm') throw new Error(`encoding ${req.headers['content-encoding']}`)
    // RFC 8291 section 4: more than 4096 bytes need not be taken.
    if (body.length > 4096) throw new Error(`${body.length} bytes`)
    return { headers: req.headers, ...sender(String(req.headers['authorization']), this.origin), message: JSON.parse(this.open(body).toString('utf8')) as Record<string, unknown> }
  }

  /** RFC 8291 section 3.4 and RFC 8188 section 2. */
  private open(body: Buffer): Buffer {
    const salt = body.subarray(0, 16)
    const size = body.readUInt32BE(16)
    const idLength = body.readUInt8(20)
    const theirs = body.subarray(21, 21 + idLength)
    const sealed = body.subarray(21 + idLength)
    if (sealed.length > size) throw new Error('more than one record')
    const shared = this.keys.computeSecret(theirs)
    const info = Buffer.concat([Buffer.from('WebPush: info\0'), this.keys.getPublicKey(), theirs])
    const ikm = hkdf(this.auth, shared, info, 32)
    const key = hkdf(salt, ikm, Buffer.from('Content-Encoding: aes128gcm\0'), 16)
    const nonce = hkdf(salt, ikm, Buffer.from('Content-Encoding: nonce\0'), 12)
    const d = createDecipheriv('aes-128-gcm', key, nonce)
    d.setAuthTag(sealed.subarray(-16))
    const plain = Buffer.concat([d.update(sealed.subarray(0, -16)), d.final()])
    const end = plain.lastIndexOf(2) // the delimiter of the last record, then padding
    if (end < 0 || plain.subarray(end + 1).some((b) => b !== 0)) throw new Error('padding')
    return plain.subarray(0, end)
  }
}

/** HKDF (RFC 5869) of one block. */
function hkdf(salt: Buffer, ikm: Buffer, info: Buffer, length: number): Buffer {
  const prk = createHmac('sha256', salt).update(ikm).digest()
  return createHmac('sha256', prk).update(Buffer.concat([info, Buffer.from([1])])).digest().subarray(0, length)
}

/** Checks the token (RFC 8292 section 2): signed by the key it names, for this service, for at most a day. */
function sender(authorization: string, origin: string): { claims: Pushed['claims']; key: string } {
  const m = /^vapid t=([\w-]+)\.([\w-]+)\.([\w-]+), ?k=([\w-]+)$/.exec(authorization)
  if (!m) throw new Error(`authorization ${authorization}`)
  const [, head = '', body = '', signature = '', key = ''] = m
  if ((JSON.parse(Buffer.from(head, 'base64url').toString()) as { alg: string }).alg !== 'ES256') throw new Error('alg')
  const point = Buffer.from(key, 'base64url')
  const jwk = { kty: 'EC', crv: 'P-256', x: point.subarray(1, 33).toString('base64url'), y: point.subarray(33).toString('base64url') }
  const ok = verify('sha256', Buffer.from(`${head}.${body}`), { key: createPublicKey({ key: jwk, format: 'jwk' }), dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'))
  if (!ok) throw new Error('the signature is not of the key')
  const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as Pushed['claims']
  const now = Date.now() / 1000
  if (claims.aud !== origin) throw new Error(`aud ${claims.aud}`)
  if (claims.exp < now || claims.exp > now + 24 * 3600) throw new Error(`exp ${claims.exp}`)
  return { claims, key }
}
