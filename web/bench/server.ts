import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { fill, Imap } from './fill'
import { Writer } from './letters'

export const root = fileURLToPath(new URL('../..', import.meta.url))
const user = 'bench@city.example'
const password = 'correct-horse-7'

/** The program with a mailbox of many letters. */
export interface Office {
  url: string
  user: string
  password: string
  pid: number
  close: () => Promise<void>
}

export interface Size {
  inbox: number
  folders: number
  each: number
}

async function freePort(): Promise<number> {
  const s = createServer()
  await new Promise<void>((ok) => s.listen(0, '127.0.0.1', ok))
  const { port } = s.address() as { port: number }
  await new Promise((ok) => s.close(ok))
  return port
}

/** Starts the program on a mailbox in `dir`, which is filled when it is not there yet. */
export async function openOffice(dir: string, size: Size): Promise<Office> {
  const stamp = join(dir, 'bench.json')
  const want = JSON.stringify({ ...size, form: 1 })
  const filled = existsSync(stamp) && readFileSync(stamp, 'utf8') === want
  if (!filled) {
    rmSync(dir, { recursive: true, force: true })
    mkdirSync(dir, { recursive: true, mode: 0o700 })
  }
  const [http, imap] = [await freePort(), await freePort()]
  const config = join(dir, 'bench.toml')
  const none = ['http.listen_tls', 'smtp.listen', 'smtp.submission', 'smtp.submission_tls', 'imap.listen_tls'].map((k) => `${k} = ""`).join('\n')
  writeFileSync(config, `hostname = "mail.city.example"\nlog.level = "warn"\nhttp.listen = "127.0.0.1:${http}"\nimap.listen = "127.0.0.1:${imap}"\nimap.plain_loopback = true\n${none}\n`)
  const bin = process.env['CHANCERY_BIN'] ?? join(root, 'bin/chancery')
  const args = ['--data', dir, '--config', config]
  if (!filled) {
    const csv = join(dir, 'accounts.csv')
    writeFileSync(csv, `address,password,name,unit\n${user},${password},Lin Yating,Test\n`, { mode: 0o600 })
    execFileSync(bin, ['account', 'import', '--final', csv, ...args])
  }
  const child = spawn(bin, ['serve', ...args], { stdio: ['ignore', 'inherit', 'inherit'] })
  const url = `http://127.0.0.1:${http}`
  await answers(url, child)
  if (!filled) {
    await fillAll(imap, size)
    writeFileSync(stamp, want)
  }
  return {
    url,
    user,
    password,
    pid: child.pid ?? 0,
    close: async () => {
      const ended = new Promise((ok) => child.once('exit', ok))
      child.kill('SIGTERM')
      await ended
    },
  }
}

async function answers(url: string, child: ChildProcess): Promise<void> {
  for (let i = 0; i < 300; i++) {
    if (child.exitCode !== null) throw new Error(`chancery ended with ${child.exitCode}`)
    if (await fetch(`${url}/healthz`).then((r) => r.ok, () => false)) return
    await new Promise((ok) => setTimeout(ok, 100))
  }
  throw new Error('the server did not answer within 30 s')
}

async function fillAll(port: number, size: Size): Promise<void> {
  const conns = await Promise.all(Array.from({ length: 6 }, () => Imap.open(port, user, password)))
  const inbox = new Writer('inbox', 1, size.inbox, user)
  const begun = Date.now()
  await fill(conns, 'INBOX', size.inbox, () => inbox.next(), (n) => console.log(`filled ${n} of ${size.inbox} after ${((Date.now() - begun) / 1000).toFixed(0)} s`))
  for (let f = 0; f < size.folders; f++) {
    const name = folderName(f)
    await conns[0]?.command(`CREATE "${name}"`)
    await conns[0]?.command(`SUBSCRIBE "${name}"`)
    const w = new Writer(`folder${f}`, 100 + f, size.each, user)
    await fill(conns, name, size.each, () => w.next(), () => {})
  }
  conns.forEach((c) => c.close())
}

export function folderName(n: number): string {
  return `Case ${String(n + 1).padStart(2, '0')}`
}
