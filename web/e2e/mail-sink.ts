import { createServer, type Server, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'

/** A mail server elsewhere: it takes every letter (RFC 5321) and keeps it for a test to read. */
export class MailSink {
  readonly letters: { to: string[]; text: string }[] = []

  private constructor(private readonly server: Server) {}

  static async open(): Promise<MailSink> {
    const server = createServer()
    const sink = new MailSink(server)
    server.on('connection', (s) => sink.serve(s))
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    return sink
  }

  get address(): string {
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`
  }

  close(): void {
    this.server.close()
  }

  private serve(s: Socket): void {
    let rest = ''
    let to: string[] = []
    let data: string[] | null = null
    const say = (line: string): void => void s.write(`${line}\r\n`)
    const take = (line: string): void => {
      if (data) {
        if (line !== '.') return void data.push(line.replace(/^\./, ''))
        this.letters.push({ to, text: data.join('\n') })
        data = null
        to = []
        return say('250 2.0.0 taken')
      }
      const verb = line.slice(0, 4).toUpperCase()
      if (verb === 'RCPT') to.push(/<([^>]*)>/.exec(line)?.[1] ?? '')
      if (verb === 'DATA') {
        data = []
        return say('354 go on')
      }
      say(verb === 'QUIT' ? '221 bye' : '250 ok')
    }
    say('220 elsewhere')
    s.on('error', () => s.destroy())
    s.on('data', (b) => {
      rest += b.toString('utf8')
      for (let end = rest.indexOf('\r\n'); end >= 0; end = rest.indexOf('\r\n')) {
        const line = rest.slice(0, end)
        rest = rest.slice(end + 2)
        take(line)
      }
    })
  }

  /** The text of the newest letter to an address, once there is one. */
  newest(to: string): string | undefined {
    const raw = this.letters.findLast((l) => l.to.includes(to))?.text
    if (raw === undefined) return undefined
    const body = raw.slice(raw.indexOf('\n\n') + 2)
    if (/^content-transfer-encoding: base64/im.test(raw)) return Buffer.from(body, 'base64').toString('utf8')
    if (!/^content-transfer-encoding: quoted-printable/im.test(raw)) return body
    const bytes = body.replace(/=\n/g, '').replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
    return Buffer.from(bytes, 'latin1').toString('utf8')
  }
}
