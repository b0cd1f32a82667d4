import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newPage, openDesk, signIn, type Desk } from './harness'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk(33)
})
afterAll(() => desk.close())

/** Whether the focus is on something that can be seen, not covered, and marked by a ring (WCAG 2.4.7, 2.4.11). */
const focus = (page: Page): Promise<{ what: string; hidden: boolean; ring: boolean }> =>
  page.evaluate(async () => {
    // Reduced motion leaves changes of style a frame to be made.
    await new Promise((r) => requestAnimationFrame(() => requestAnimationFrame(r)))
    const focused = document.activeElement as HTMLElement
    // A radio button out of sight stands for the label that is drawn around it.
    const el = focused.classList.contains('sr') ? (focused.closest('label') ?? focused) : focused
    const r = el.getBoundingClientRect()
    const at = (x: number, y: number): boolean => {
      const hit = document.elementFromPoint(Math.min(Math.max(x, 1), innerWidth - 1), Math.min(Math.max(y, 1), innerHeight - 1))
      return hit !== null && (el.contains(hit) || hit.contains(el))
    }
    const seen = r.width > 1 && r.height > 1 && [[0.5, 0.5], [0.1, 0.5], [0.9, 0.5], [0.5, 0.15], [0.5, 0.85]].some(([x, y]) => at(r.left + r.width * (x ?? 0), r.top + r.height * (y ?? 0)))
    const style = (e: Element): CSSStyleDeclaration => getComputedStyle(e)
    const ringed = (e: Element | null): boolean => e !== null && ((style(e).outlineStyle !== 'none' && parseFloat(style(e).outlineWidth) >= 2) || style(e).boxShadow !== 'none')
    const ring = ringed(el) || ringed(el.parentElement) || ringed(el.closest('label')) || el.closest('[role=search], form')?.matches(':focus-within') === true || el.tagName === 'IFRAME' || el.hasAttribute('data-row') || el.id === 'list'
    return { what: `${el.tagName} ${el.getAttribute('aria-label') ?? el.innerText?.slice(0, 30) ?? ''} ${el.className}`, hidden: !seen && el !== document.body, ring: ring || el === document.body }
  })

/** Goes through a screen by Tab alone, until it begins again. */
async function walk(page: Page, where: string, most = 60): Promise<{ problems: string[]; stops: number }> {
  const problems: string[] = []
  const seen = new Set<string>()
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab')
    const f = await focus(page)
    if (f.hidden) problems.push(`${where}: hidden focus on ${f.what}`)
    if (!f.ring) problems.push(`${where}: no ring on ${f.what}`)
    seen.add(f.what)
  }
  return { problems, stops: seen.size }
}

test('every screen by keyboard alone: the focus is always seen, never trapped, and comes back', async () => {
  const { page, context } = await newPage(desk)
  const problems: string[] = []
  await page.goto(desk.url)
  await page.locator('input[name=address]').waitFor()
  const first = await walk(page, 'sign-in', 8)
  expect(first.stops).toBeGreaterThan(3)
  problems.push(...first.problems)
  await signIn(page, desk)
  const inbox = await walk(page, 'inbox', 40)
  expect(inbox.stops).toBeGreaterThan(8)
  problems.push(...inbox.problems)
  // Into the list, open, back: the focus is on the row it left.
  await page.keyboard.press('j')
  await page.keyboard.press('j')
  const row = await page.evaluate(() => document.activeElement?.getAttribute('data-row'))
  expect(row).toBeTruthy()
  await page.keyboard.press('Enter')
  await page.getByRole('article').waitFor()
  problems.push(...(await walk(page, 'reading', 30)).problems)
  // A menu gives the focus back to its button.
  const more = page.getByRole('toolbar').getByRole('button', { name: 'More' }).or(page.locator('[role=toolbar] [aria-haspopup=menu]')).first()
  await more.focus()
  await page.keyboard.press('Enter')
  await page.getByRole('menu').waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('menu').waitFor({ state: 'detached' })
  expect(await more.evaluate((b) => document.activeElement === b)).toBe(true)
  // So do the palette and the page of keys.
  await page.keyboard.press('Control+k')
  await page.locator('dialog [role=option]').first().waitFor()
  await page.keyboard.press('Escape')
  await page.locator('dialog [role=option]').first().waitFor({ state: 'detached' })
  expect(await more.evaluate((b) => document.activeElement === b)).toBe(true)
  await page.keyboard.press('?')
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor()
  await page.keyboard.press('Escape')
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor({ state: 'detached' })
  for (const s of ['general', 'keyboard']) {
    await page.goto(`${desk.url}/settings/${s}`)
    await page.locator('section h1').waitFor()
    problems.push(...(await walk(page, `settings ${s}`, 16)).problems)
  }
  expect([...new Set(problems)]).toEqual([])
  await context.close()
})

test('at 400 % zoom (320 by 256 CSS px) nothing scrolls two ways', async () => {
  const { page, context } = await newPage(desk, { language: 'vi' })
  await page.setViewportSize({ width: 320, height: 512 })
  const wide = async (where: string): Promise<void> => {
    const out = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('*')]
        .filter((e) => e.offsetParent !== null && !e.closest('.sr') && e.getBoundingClientRect().right > innerWidth + 1 && !['auto', 'scroll', 'hidden'].includes(getComputedStyle(e.parentElement ?? e).overflowX))
        .slice(0, 3)
        .map((e) => `${e.tagName}.${e.className} ${e.innerText?.slice(0, 30)}`),
    )
    expect(out, where).toEqual([])
    expect(await page.evaluate(() => document.documentElement.scrollWidth), where).toBeLessThanOrEqual(320)
  }
  await page.goto(desk.url)
  await page.locator('input[name=address]').waitFor()
  await wide('sign-in')
  await signIn(page, desk)
  await wide('inbox')
  await page.locator('[role=row]').first().click()
  await page.getByRole('article').waitFor()
  await wide('reading')
  for (const s of ['', '/general', '/keyboard']) {
    await page.goto(`${desk.url}/settings${s}`)
    await page.waitForTimeout(500)
    await wide(`settings${s}`)
  }
  await context.close()
})

test('targets are at least 24 px with a mouse and 44 px by touch on what is pressed most', async () => {
  for (const [size, least] of [['desktop', 24], ['phone', 44]] as const) {
    const { page, context } = await newPage(desk, { size })
    await signIn(page, desk)
    const small = (where: string): Promise<string[]> =>
      page.evaluate(
        ([min, name]) =>
          [...document.querySelectorAll<HTMLElement>('button, [role=switch], select, [role=treeitem], nav a')]
            .filter((b) => b.offsetParent !== null && !b.closest('.sr, article') && getComputedStyle(b, '::after').position !== 'absolute')
            .map((b) => ({ b, r: b.getBoundingClientRect() }))
            .filter(({ r }) => r.width > 0 && Math.min(r.width, r.height) < Number(min) - 0.5)
            .map(({ b, r }) => `${name}: ${b.ariaLabel ?? b.innerText.slice(0, 30)} ${Math.round(r.width)}x${Math.round(r.height)}`),
        [least, `${size} ${where}`] as const,
      )
    const all = await small('inbox')
    for (const s of ['', '/general', '/keyboard']) {
      await page.goto(`${desk.url}/settings${s}`)
      await page.waitForTimeout(400)
      all.push(...(await small(`settings${s}`)))
    }
    expect([...new Set(all)]).toEqual([])
    await context.close()
  }
})

test('forced colours keep every mark, and reduced motion stops all motion', async () => {
  const { page, context } = await newPage(desk)
  await page.emulateMedia({ forcedColors: 'active', reducedMotion: 'reduce' })
  await signIn(page, desk)
  const current = page.locator('nav button[aria-current=page]')
  expect(await current.evaluate((b) => parseFloat(getComputedStyle(b).outlineWidth))).toBeGreaterThanOrEqual(2)
  const moving = await page.evaluate(() => [...document.querySelectorAll('*')].filter((e) => [getComputedStyle(e).transitionDuration, getComputedStyle(e).animationDuration].some((d) => d.split(',').some((x) => parseFloat(x) > 0.001))).length)
  expect(moving).toBe(0)
  await context.close()
})
