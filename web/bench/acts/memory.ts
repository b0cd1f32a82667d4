import type { CDPSession, Page } from 'playwright-core'
import type { Figures } from '../figure'

export interface Memory {
  cycle: number
  heapMB: number
  nodes: number
  listeners: number
  documents: number
}

async function take(cdp: CDPSession, cycle: number): Promise<Memory> {
  // Twice, since what a finaliser lets go falls only in the second.
  await cdp.send('HeapProfiler.collectGarbage')
  await cdp.send('HeapProfiler.collectGarbage')
  const { metrics } = await cdp.send('Performance.getMetrics')
  const of = (n: string): number => metrics.find((m) => m.name === n)?.value ?? 0
  return { cycle, heapMB: of('JSHeapUsedSize') / 1_048_576, nodes: of('Nodes'), listeners: of('JSEventListeners'), documents: of('Documents') }
}

const key = async (page: Page, k: string, ms: number): Promise<void> => {
  await page.keyboard.press(k)
  await page.waitForTimeout(ms)
}

/** What somebody does again and again in an hour: read, go on, star, change folders, search, write and give up. */
async function cycle(page: Page, n: number): Promise<void> {
  await key(page, 'j', 25)
  await key(page, 'Enter', 60)
  await key(page, 'j', 60)
  await key(page, 's', 20)
  if (n % 5 === 1) await page.evaluate((top) => document.getElementById('list')?.scrollTo(0, top), (n * 977) % 3_000_000)
  await key(page, 'Escape', 25)
  if (n % 4 === 0) {
    const items = page.locator('[role=treeitem]')
    const at = n % 8 === 0 ? 0 : 8 + ((n / 4) % 12)
    await items.nth(at).click()
    await page.waitForTimeout(80)
  }
  if (n % 6 === 0) {
    await key(page, '/', 10)
    await page.keyboard.insertText(['預算', 'meeting', 'road', '公文'][(n / 6) % 4] as string)
    await page.waitForTimeout(400)
    await key(page, 'Escape', 60)
  }
  if (n % 10 === 0) {
    await key(page, 'c', 250)
    await key(page, 'Escape', 150)
  }
}

/** The slope of values over cycles by least squares, per 1,000 cycles. */
export function slope(at: readonly Memory[], of: (m: Memory) => number): number {
  const mean = (f: (m: Memory) => number): number => at.reduce((n, m) => n + f(m), 0) / at.length
  const [mx, my] = [mean((m) => m.cycle), mean(of)]
  const over = at.reduce((n, m) => n + (m.cycle - mx) * (of(m) - my), 0)
  return (over / at.reduce((n, m) => n + (m.cycle - mx) ** 2, 0)) * 1000
}

/** An hour in minutes: `cycles` rounds of work, measured after a forced collection every so often. */
export async function memory(page: Page, out: Figures, cycles: number): Promise<Memory[]> {
  const cdp = await page.context().newCDPSession(page)
  await cdp.send('Performance.enable')
  await cdp.send('HeapProfiler.enable')
  const all: Memory[] = []
  const every = Math.max(10, Math.floor(cycles / 20))
  for (let n = 0; n <= cycles; n++) {
    if (n % every === 0) {
      all.push(await take(cdp, n))
      const m = all.at(-1) as Memory
      console.log(`memory after ${n} cycles: ${m.heapMB.toFixed(1)} MB, ${m.nodes} nodes, ${m.listeners} listeners, ${m.documents} documents`)
    }
    await cycle(page, n + 1)
  }
  // Caches fill in the first half; what still grows in the second grows for ever.
  const late = all.slice(Math.floor(all.length / 2))
  out.add('script memory at the start', 'MB', undefined, all[0]?.heapMB ?? NaN)
  out.add(`script memory after ${cycles} cycles`, 'MB', 150, late.at(-1)?.heapMB ?? NaN)
  out.add('growth of script memory in the second half, per 1,000 cycles', 'MB', undefined, slope(late, (m) => m.heapMB))
  out.add('growth of nodes, per 1,000 cycles', '', undefined, slope(late, (m) => m.nodes))
  out.add('growth of listeners, per 1,000 cycles', '', undefined, slope(late, (m) => m.listeners))
  await cdp.detach()
  return all
}
