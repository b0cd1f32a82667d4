import { connect, type Socket } from 'node:net'
import type { Letter } from './letters'

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** As much IMAP as filling a mailbox takes: commands in order, letters as literals that do not wait (RFC 7888). */
export class Imap {
  private rest = ''
  private next = 0
  private waiting: { resolve: () => void; reject: (e: Error) => void }[] = []

  private constructor(private readonly socket: Socket) {
    socket.setEncoding('latin1')
    socket.on('data', (d: string) => this.read(d))
    socket.on('close', () => this.waiting.splice(0).forEach((w) => w.reject(new Error('the server closed the connection'))))
  }

  static async open(port: number, user: string, password: string): Promise<Imap> {
    const socket = connect(port, '127.0.0.1')
    await new Promise((ok, no) => socket.once('connect', ok).once('error', no))
    const c = new Imap(socket)
    await c.command(`LOGIN "${user}" "${password}"`)
    return c
  }

  // Tagged answers come in the order of the commands.
  private read(d: string): void {
    const lines = (this.rest + d).split('\r\n')
    this.rest = lines.pop() ?? ''
    for (const line of lines) {
      const m = /^x\d+ (\w+)/.exec(line)
      if (!m) continue
      const w = this.waiting.shift()
      if (m[1] === 'OK') w?.resolve()
      else w?.reject(new Error(line))
    }
  }

  command(text: string, literal?: Buffer): Promise<void> {
    const done = new Promise<void>((resolve, reject) => this.waiting.push({ resolve, reject }))
    this.socket.write(`x${this.next++} ${text}${literal ? ` {${literal.length}+}` : ''}\r\n`)
    if (literal) {
      this.socket.write(literal)
      this.socket.write('\r\n')
    }
    return done
  }

  append(folder: string, l: Letter): Promise<void> {
    const two = (n: number): string => String(n).padStart(2, '0')
    const d = l.date
    const when = `${two(d.getUTCDate())}-${months[d.getUTCMonth()]}-${d.getUTCFullYear()} ${two(d.getUTCHours())}:${two(d.getUTCMinutes())}:${two(d.getUTCSeconds())} +0000`
    const flags = [l.seen ? '\\Seen' : '', l.flagged ? '\\Flagged' : ''].filter(Boolean).join(' ')
    return this.command(`APPEND "${folder}" (${flags}) "${when}"`, l.raw)
  }

  close(): void {
    this.socket.end()
  }
}

/** Puts `count` letters into a folder over several connections. */
export async function fill(conns: readonly Imap[], folder: string, count: number, next: () => Letter, told: (n: number) => void): Promise<void> {
  let given = 0
  let done = 0
  await Promise.all(
    conns.map(async (c) => {
      const open = new Set<Promise<void>>()
      while (given < count) {
        given++
        const p = c.append(folder, next()).then(() => {
          open.delete(p)
          if (++done % 10_000 === 0) told(done)
        })
        open.add(p)
        // Enough on the way that the server groups them, not so much that memory grows.
        if (open.size >= 8) await Promise.race(open)
      }
      await Promise.all(open)
    }),
  )
}
