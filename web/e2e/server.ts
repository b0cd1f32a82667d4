import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { TestProject } from 'vitest/node'

const web = fileURLToPath(new URL('..', import.meta.url))
const root = fileURLToPath(new URL('../..', import.meta.url))

/** What a browser test needs to know of the office it works in. */
export interface Office {
  url: string
  accounts: { address: string; password: string; name: string; language: string }[]
  /** Where the key and certificate lie that the office trusts for a push service of the tests' own. */
  push?: { key: string; cert: string } | undefined
  /** The program and its data, for what an operator does beside it. */
  program: string
  data: string
}

declare module 'vitest' {
  export interface ProvidedContext {
    office: Office
  }
}

/**
 * Before any browser test: builds the client and the program as they are
 * shipped and opens a demonstration office in an empty directory.
 * CHANCERY_DEMO names the directory of one that runs already.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const running = process.env['CHANCERY_DEMO']
  if (running) {
    project.provide('office', read(running, process.env['CHANCERY_BIN'] ?? join(root, 'bin/chancery')))
    return async () => {}
  }
  if (!process.env['SKIP_BUILD'] || !existsSync(join(web, 'dist/index.html'))) {
    // The runner of the tests has NODE_ENV say test, which would build React's slow and chatty form.
    execFileSync('npm', ['run', '-s', 'build'], { cwd: web, stdio: ['ignore', 'ignore', 'inherit'], env: { ...process.env, NODE_ENV: 'production' } })
  }
  const dir = mkdtempSync(join(tmpdir(), 'chancery-e2e-'))
  const program = join(dir, 'chancery')
  execFileSync('go', ['build', '-o', program, './cmd/chancery'], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] })
  const base = 20_000 + Math.floor(Math.random() * 300) * 100
  const data = join(dir, 'data')
  // Pushes go to https: alone; the tests' push service is trusted by this office and by nobody else.
  const [key, cert] = [`${data}.push.key`, `${data}.push.crt`]
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', key, '-out', cert, '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'], { stdio: 'ignore' })
  // Each test is a new device to its person; a letter about each would change what lies in the inboxes.
  const child = spawn(program, ['demo', '--data', data, '--bind', '127.0.0.1', '--base-port', String(base)], { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, SSL_CERT_FILE: cert, CHANCERY_DEVICES_TELL: 'false' } })
  await ready(child)
  project.provide('office', read(data, program))
  return async () => {
    const ended = new Promise((done) => child.once('exit', done))
    child.kill('SIGTERM')
    await ended
    rmSync(dir, { recursive: true, force: true })
  }
}

function read(data: string, program: string): Office {
  const demo = JSON.parse(readFileSync(join(data, 'demo.json'), 'utf8')) as { http: string; accounts: Office['accounts'] }
  const [key, cert] = [`${data}.push.key`, `${data}.push.crt`]
  return { url: demo.http, accounts: demo.accounts, program, data, push: existsSync(key) ? { key, cert } : undefined }
}

function ready(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('the demonstration office did not open within 120 s')), 120_000)
    let text = ''
    child.stdout?.on('data', (d: Buffer) => {
      text += d.toString()
      if (!/^ready$/m.test(text)) return
      clearTimeout(timer)
      resolve()
    })
    child.once('exit', (code) => reject(new Error(`the demonstration office ended with ${code}: ${text}`)))
  })
}
