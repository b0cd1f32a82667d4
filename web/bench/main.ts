import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { archiveOpen, marks } from './acts/marks'
import { memory } from './acts/memory'
import { openCached, openUncached } from './acts/open'
import { folders } from './acts/folders'
import { scroll } from './acts/scroll'
import { search } from './acts/search'
import { slowLine } from './acts/slow'
import { coldStarts, workerStarts } from './acts/start'
import { launch, newContext, openInbox, signIn } from './desk'
import { Figures } from './figure'
import { openOffice, root } from './server'

const help = `Measures the web client in Chromium against a mailbox of many letters.
  --messages N   letters in the inbox (100000)
  --rounds N     how often everything is measured (3)
  --samples N    samples of an act in a round (60)
  --cycles N     rounds of work for the memory (1500)
  --only A,B     of: start marks open folders search scroll memory slow
  --data DIR     where the filled mailbox is kept (run/bench-client)
  --json FILE    the figures as JSON
`

export async function main(argv: string[]): Promise<void> {
  const { values: o } = parseArgs({
    args: argv,
    options: { messages: { type: 'string', default: '100000' }, rounds: { type: 'string', default: '3' }, samples: { type: 'string', default: '60' }, cycles: { type: 'string', default: '1500' }, only: { type: 'string', default: 'start,marks,open,folders,search,scroll,memory,slow' }, data: { type: 'string', default: join(root, 'run/bench-client') }, json: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  })
  if (o.help) return console.log(help)
  const only = new Set(o.only.split(','))
  const [rounds, samples] = [Number(o.rounds), Number(o.samples)]
  const office = await openOffice(o.data, { inbox: Number(o.messages), folders: 40, each: 150 })
  const browser = await launch()
  const out = new Figures()
  let trail: unknown
  try {
    const cookies = await signIn(browser, office)
    const part = async (name: string, prefs: Record<string, unknown>, run: (page: Awaited<ReturnType<typeof openInbox>>) => Promise<void>): Promise<void> => {
      if (!only.has(name)) return
      const context = await newContext(browser, cookies, { prefs })
      await run(await openInbox(context, office))
      await context.close()
      console.log(`${new Date().toTimeString().slice(0, 8)} measured: ${name}`)
    }
    for (let r = 0; r < rounds; r++) {
      out.beginRound(r)
      if (only.has('start')) {
        await coldStarts(browser, office, cookies, out, samples)
        await workerStarts(browser, office, cookies, out, samples)
      }
      await part('marks', {}, (p) => marks(p, out, samples))
      await part('marks', {}, (p) => archiveOpen(p, out, samples))
      await part('open', {}, (p) => openUncached(p, out, samples))
      await part('open', {}, (p) => openCached(p, out, samples))
      for (let i = 0; i * 40 < samples; i++) await part('folders', {}, (p) => folders(p, out, 40, samples / 2))
      for (let i = 0; i * 20 < samples; i++) await part('search', {}, (p) => search(p, out, r * 10 + i))
      // One row for every letter.
      await part('scroll', { conversations: false }, (p) => scroll(p, out, 300))
      if (only.has('slow')) await slowLine(browser, office, cookies, out, Math.max(3, Math.ceil(samples / 6)))
    }
    await part('memory', {}, async (p) => void (trail = await memory(p, out, Number(o.cycles))))
  } finally {
    await browser.close()
    await office.close()
    // What was measured before a failure is shown all the same.
    tell(out, trail, o.json)
  }
}

function tell(out: Figures, trail: unknown, file: string | undefined): void {
  console.log(`\nLoad of the machine when each round began: ${out.loads.map((l) => l.toFixed(1)).join(', ')}\n`)
  console.log(out.table())
  if (file) writeFileSync(file, `${JSON.stringify({ ...(out.json() as object), memory: trail }, null, 1)}\n`)
}
