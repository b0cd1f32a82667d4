import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer, type AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { inject } from 'vitest'
import { until } from './api'
import { launch, newPage, type Desk, type Size } from './harness'

const root = fileURLToPath(new URL('../..', import.meta.url))

export interface OwnOffice {
  url: string
  browser: Browser
  /** Gives an account another password, as whoever runs the server does. */
  newPassword: (address: string, password: string) => void
  /** Runs the program on the office's data, as its operator does, and returns what it says. */
  run: (args: readonly string[], input?: string) => string
  /** Sets a scene that the program has no verb for (cmd/bench/scene): deadlines put back, deputies. */
  scene: (...args: readonly string[]) => void
  /** The desk of one of its people. */
  desk: (name: string) => Desk
  close: () => Promise<void>
}

/**
 * An office with settings of its own, for rules that would be in the way of
 * everybody else's tests. Settings are named as in the environment, without
 * CHANCERY_; each name becomes an account at city.example.
 */
export async function ownOffice(people: readonly string[], settings: Record<string, string>): Promise<OwnOffice> {
  const dir = mkdtempSync(join(tmpdir(), 'chancery-own-'))
  const { program } = inject('office')
  const password = 'A good long password'
  const port = await freePort()
  const all = { HTTP_LISTEN: `127.0.0.1:${port}`, HTTP_LISTEN_TLS: '', IMAP_LISTEN: '', IMAP_LISTEN_TLS: '', SMTP_LISTEN: '', SMTP_SUBMISSION: '', SMTP_SUBMISSION_TLS: '', LOG_LEVEL: 'error', ...settings }
  const env = { ...process.env, ...Object.fromEntries(Object.entries(all).map(([k, v]) => [`CHANCERY_${k}`, v])) }
  const account = (verb: string, address: string, given: string): void =>
    void execFileSync(program, ['account', verb, address, '--password-stdin', '--data', join(dir, 'data')], { env, input: given + '\n', stdio: ['pipe', 'ignore', 'inherit'] })
  for (const name of people) account('add', `${name}@city.example`, password)
  const child = spawn(program, ['serve', '--data', join(dir, 'data')], { env, stdio: ['ignore', 'ignore', 'inherit'] })
  // By name: keys are bound to the name of the server.
  const url = `http://localhost:${port}`
  await until(() => fetch(`${url}/healthz`).then((r) => r.ok, () => false), 'the office is open', 60_000)
  const browser = await launch()
  return {
    url,
    browser,
    newPassword: (address, given) => account('password', address, given),
    run: (args, input = '') => execFileSync(program, [...args, '--data', join(dir, 'data')], { env, input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'inherit'] }),
    scene: (...args) => void execFileSync('go', ['run', './cmd/bench/scene', '--data', join(dir, 'data'), ...args], { cwd: root, stdio: ['ignore', 'ignore', 'inherit'] }),
    desk: (name) => ({ url, browser, address: `${name}@city.example`, password, close: async () => {} }),
    close: async () => {
      await browser.close()
      const ended = new Promise((done) => child.once('exit', done))
      child.kill('SIGTERM')
      await ended
      rmSync(dir, { recursive: true, force: true })
    },
  }
}

/** Signs somebody of an office in, and waits for their list. */
export async function enterAs(office: OwnOffice, name: string, size: Size = 'desktop', language = 'en'): Promise<{ page: Page; errors: string[]; close: () => Promise<void> }> {
  const desk = office.desk(name)
  const { page, context, errors } = await newPage(desk, { size, language })
  await page.goto(office.url)
  await page.locator('input[name=address]').fill(desk.address)
  await page.locator('input[name=password]').fill(desk.password)
  await page.locator('button[type=submit]').click()
  await page.locator('input[name=password]').waitFor({ state: 'detached' })
  await page.locator('#list').waitFor()
  return { page, errors, close: () => context.close() }
}

const shots = process.env['SHOTS']

/** A picture of what is shown, where somebody asks for pictures. */
export async function shot(page: Page, name: string): Promise<void> {
  if (!shots) return
  mkdirSync(shots, { recursive: true })
  await page.waitForTimeout(500)
  await page.screenshot({ path: `${shots}/${name}.png` })
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as AddressInfo
      probe.close(() => resolve(port))
    })
  })
}
