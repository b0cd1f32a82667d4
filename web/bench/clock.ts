import type { Page } from 'playwright-core'

/** What the page's own clock found for one act. */
export interface Reading {
  /** From the input event until the changed pixels are painted. */
  ms: number
  /** Duration of the same event by Event Timing, in steps of 8 ms; 0 below 16. */
  event: number
}

interface PageClock {
  arm: (events: string[], last: boolean, done: () => boolean) => void
  reading: Promise<Reading> | undefined
}

/**
 * Runs in the page before anything of it. The start is the time stamp that
 * the browser gave the input event, before any script saw it. The end is the
 * first task after a frame in which the condition held: that frame's style,
 * layout and paint are over by then.
 */
function install(): void {
  const events: PerformanceEventTiming[] = []
  new PerformanceObserver((l) => events.push(...(l.getEntries() as PerformanceEventTiming[]))).observe({ type: 'event', durationThreshold: 16, buffered: true } as PerformanceObserverInit)
  const clock: PageClock = {
    reading: undefined,
    arm(names, last, done) {
      clock.reading = new Promise((resolve) => {
        let start: number | undefined
        const begin = (e: Event): void => {
          if (!e.isTrusted) return
          const first = start === undefined
          start = e.timeStamp
          if (!last) names.forEach((n) => removeEventListener(n, begin, true))
          if (first) requestAnimationFrame(look)
        }
        const look = (): void => {
          if (!done()) return void requestAnimationFrame(look)
          names.forEach((n) => removeEventListener(n, begin, true))
          const painted = new MessageChannel()
          painted.port1.onmessage = () => {
            const ms = performance.now() - (start as number)
            // Event Timing tells after the frame was shown.
            setTimeout(() => {
              const own = events.filter((e) => Math.abs(e.startTime - (start as number)) < 2)
              events.length = 0
              resolve({ ms, event: Math.max(0, ...own.map((e) => e.duration)) })
            }, 60)
          }
          painted.port2.postMessage(0)
        }
        names.forEach((n) => addEventListener(n, begin, true))
      })
    },
  }
  Object.assign(globalThis, { benchClock: clock })
}

export async function installClock(page: Page): Promise<void> {
  await page.addInitScript(install)
}

export interface Wait {
  /** The input events that start the clock; the last of several when `last` is set. */
  on: string[]
  last?: boolean
  /** An expression that is true once the page shows what was asked for. */
  until: string
}

/** Does an act by real input and reads the page's clock. */
export async function time(page: Page, w: Wait, act: () => Promise<unknown>): Promise<Reading> {
  // Compiled inside the evaluation, where the policy of the page does not forbid it.
  await page.evaluate(
    ([names, last, until]) => (globalThis as unknown as { benchClock: PageClock }).benchClock.arm(names as string[], last as boolean, new Function(`return ${until as string}`) as () => boolean),
    [w.on, w.last ?? false, w.until] as const,
  )
  await act()
  return page.evaluate(
    (until) =>
      Promise.race([
        (globalThis as unknown as { benchClock: PageClock }).benchClock.reading as Promise<Reading>,
        new Promise<never>((_, no) => setTimeout(() => no(new Error(`not within 20 s: ${until}`)), 20_000)),
      ]),
    w.until,
  )
}

/** Lets what an act set off come to its end. */
export async function settle(page: Page, ms = 150): Promise<void> {
  await page.waitForTimeout(ms)
  await page.evaluate(() => new Promise((ok) => requestIdleCallback(ok, { timeout: 2000 })))
}
