import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { Api, letter } from './api'
import { newPage, openDesk, signIn, type Desk } from './harness'

// Prints how long a person waits, to be looked at: no figure is asserted,
// since a machine that is busy with something else proves nothing.
let desk: Desk
beforeAll(async () => {
  desk = await openDesk(0)
})
afterAll(() => desk.close())

/** From the act in the page until the condition holds in a drawn frame. */
async function wait(page: Page, act: string, done: string): Promise<number> {
  return page.evaluate(
    async ([a, d]) => {
      const [run, ready] = [new Function(a as string), new Function(`return ${d}`) as () => unknown]
      const start = performance.now()
      run()
      while (!ready()) await new Promise(requestAnimationFrame)
      return performance.now() - start
    },
    [act, done],
  )
}

test('cold start, opening, changing folders, searching', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  const cold: number[] = []
  for (let i = 0; i < 5; i++) {
    await page.goto('about:blank')
    const start = Date.now()
    await page.goto(desk.url)
    await page.locator('[role=row][data-row]').first().waitFor()
    cold.push(Date.now() - start)
  }
  cold.sort((a, b) => a - b)
  const open: number[] = []
  for (let i = 1; i < 6; i++) {
    await page.waitForTimeout(500)
    open.push(await wait(page, `document.querySelectorAll('[data-row]')[${i}].click()`, `document.querySelectorAll('[data-row]')[${i}].getAttribute('aria-current') && document.querySelector('article [lang], article iframe') && !document.querySelector('article [role=status]')`))
  }
  const folder = await wait(page, "document.querySelectorAll('[role=treeitem]')[2].click()", "document.querySelectorAll('[role=treeitem]')[2].ariaSelected === 'true' && document.querySelector('[data-row]')")
  const back = await wait(page, "document.querySelectorAll('[role=treeitem]')[0].click()", "document.querySelectorAll('[role=treeitem]')[0].ariaSelected === 'true' && document.querySelector('[data-row]')")
  open.sort((a, b) => a - b)
  console.log(`cold start ${cold[2]} ms (slowest ${cold[4]}), open ${open[2]?.toFixed(0)} ms (slowest ${open[4]?.toFixed(0)}), folder ${folder.toFixed(0)} ms, folder again ${back.toFixed(0)} ms`)
  expect(await page.locator('[role=row][data-row]').count()).toBeGreaterThan(0)
  await context.close()
})

/** The calls of each JMAP request from now on. */
function requests(page: Page): string[][] {
  const all: string[][] = []
  page.on('request', (r) => {
    if (r.method() === 'POST' && r.url().endsWith('/jmap/api')) all.push((JSON.parse(r.postData() ?? '{}') as { methodCalls: [string][] }).methodCalls.map((c) => c[0]))
  })
  return all
}

// What a machine under load cannot change: how much is asked of the server for an act.
test('an act asks the server once to do it and once what changed, and a push of the same asks nothing', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.waitForTimeout(2500) // what is fetched ahead at the start
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  const all = requests(page)
  await page.keyboard.press('s')
  await page.waitForTimeout(2500) // the push comes after the answer
  expect(all.filter((r) => r.includes('Email/set')).length).toBe(1)
  expect(all.filter((r) => r.includes('Email/changes')).length).toBe(1)
  await page.keyboard.press('s')
  await context.close()
})

test('a change that somebody else made is asked for', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.waitForTimeout(2500)
  const all = requests(page)
  const subject = `Told ${Date.now()}`
  await Api.of(desk).deliver(letter(subject, 'By push'))
  await page.getByRole('row', { name: new RegExp(subject) }).waitFor()
  expect(all.some((r) => r.includes('Email/changes'))).toBe(true)
  await context.close()
})

test('who this is and the session are asked for once, before the script is there', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  const asked: string[] = []
  page.on('request', (r) => asked.push(new URL(r.url()).pathname))
  await page.reload()
  await page.locator('[role=row][data-row]').first().waitFor()
  for (const path of ['/auth/me', '/.well-known/jmap']) expect(asked.filter((p) => p === path)).toEqual([path])
  // The texts come with the first files, not after the script has run.
  expect(await page.evaluate(() => document.querySelector('link[rel=modulepreload][href*="/assets/main-"]') !== null)).toBe(true)
  await context.close()
})
