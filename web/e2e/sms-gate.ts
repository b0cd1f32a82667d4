import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A provider of short messages, which answers as Kannel's sendsms does. */
export class SmsGate {
  readonly #server: Server
  readonly #taken: { to: string; text: string }[] = []
  down = false

  private constructor() {
    this.#server = createServer((req, res) => {
      const asked = new URL(req.url ?? '/', 'http://gate').searchParams
      if (this.down) return res.writeHead(503).end('Temporal failure, try again later.')
      this.#taken.push({ to: asked.get('to') ?? '', text: asked.get('text') ?? '' })
      return res.writeHead(202).end('0: Accepted for delivery')
    })
  }

  static async open(): Promise<SmsGate> {
    const gate = new SmsGate()
    await new Promise<void>((done) => gate.#server.listen(0, '127.0.0.1', done))
    return gate
  }

  /** What an office is told to ask. */
  get form(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/cgi-bin/sendsms?to={to}&text={text}&coding=2&charset=UTF-8`
  }

  /** The messages to a number, the newest last. */
  texts(to: string): string[] {
    return this.#taken.filter((m) => m.to === to).map((m) => m.text)
  }

  close(): void {
    this.#server.close()
  }
}
