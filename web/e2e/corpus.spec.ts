import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Api } from './api'
import { newPage, openDesk, signIn, type Desk } from './harness'

const corpus = process.env['CHANCERY_CORPUS'] ?? fileURLToPath(new URL('../../../shared/corpora', import.meta.url))
const folder = join(corpus, 'mail')

let desk: Desk
beforeAll(async () => {
  desk = await openDesk(60)
})
afterAll(() => desk.close())

/** A sample spread evenly over all kinds; CORPUS_ALL takes every file. */
function sample(): string[] {
  const all = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((e) => e.isFile() && !/readme/i.test(e.name)).map((e) => join(e.parentPath, e.name)).sort()
  const step = process.env['CORPUS_ALL'] ? 1 : Math.max(1, Math.floor(all.length / 60))
  return all.filter((_, i) => i % step === 0)
}

test.skipIf(!existsSync(folder))('real and odd mail opens without a fault and without reaching out', { timeout: 900_000 }, async () => {
  const api = Api.of(desk)
  const ids: [string, string][] = []
  for (const path of sample()) {
    try {
      ids.push([path.slice(folder.length + 1), await api.deliverBytes(readFileSync(path))])
    } catch {
      // What the server refuses is the server's own matter.
    }
  }
  expect(ids.length).toBeGreaterThan(20)
  const { page, context, errors } = await newPage(desk)
  const asked = new Set<string>()
  page.on('request', (r) => void (r.url().startsWith(desk.url) || /^(blob|data|about):/.test(r.url()) || asked.add(r.url())))
  await signIn(page, desk)
  const account = await api.account()
  const inbox = await api.box('inbox')
  const faults: string[] = []
  for (const [path, id] of ids) {
    const thread = await api.thread(id)
    errors.length = 0
    await page.evaluate((p) => {
      history.pushState(null, '', p)
      dispatchEvent(new PopStateEvent('popstate'))
    }, `/mail/${account}/${inbox}/${thread}`)
    try {
      await page.locator(`article[data-thread="${thread}"] section`).first().waitFor({ timeout: 30_000 })
      await page.waitForFunction(() => !document.querySelector('article [role=status]'), undefined, { timeout: 30_000 })
    } catch (e) {
      faults.push(`${path}: ${String(e).split('\n')[0]}`)
    }
    // The sealed frame says what it refused while parsing: handlers and bases.
    const bad = errors.filter((x) => !/401|404|ERR_|Failed to load|Blocked script execution in '[^']*mail-frame\.html'|base-uri 'none'/.test(x))
    if (bad.length > 0) faults.push(`${path}: ${bad[0]}`)
  }
  console.log(`${ids.length} messages opened`)
  expect(faults).toEqual([])
  expect([...asked]).toEqual([])
  await context.close()
})
