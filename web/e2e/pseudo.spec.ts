import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newPage, openDesk, signIn, type Desk, type Size } from './harness'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk(31)
})
afterAll(() => desk.close())

const accents: Record<string, string> = { a: 'á', e: 'ế', i: 'ī', o: 'ỗ', u: 'ü', A: 'Ǻ', E: 'Ê', I: 'Ï', O: 'Ø', U: 'Ů', n: 'ñ', s: 'š' }

/** A catalogue in the pseudo-language: accents, 40 % longer, in brackets that no real text has. */
function pseudo(source: string): string {
  // A text is an array after its key, or after a plural form; names of places in it stand in arrays of their own.
  return source
    .replace(/(?<=":|\w:)\[`((?:[^`\\]|\\.)+)`([\],])/g, (_, text: string, end: string) => `[\`⟦${long(text)}\`${end}`)
    .replace(/,`((?:[^`\\]|\\.){2,})`\]/g, (_, text: string) => `,\`${long(text)}⟧\`]`)
}

function long(text: string): string {
  const out = [...text].map((c) => accents[c] ?? c).join('')
  return out + '·'.repeat(Math.ceil(text.length * 0.4))
}

/** Words on the page that come from no catalogue, and texts that are cut off. */
async function look(page: Page, where: string): Promise<string[]> {
  const found = await page.evaluate(() => {
    // People's own words: letters, folders they named, addresses, keys, names of languages and zones.
    const theirs = '[role=row], article, [data-hue], [role=treeitem], kbd, select, [data-own], [lang]:not(html), svg, .sr, output, time, [role=option], [role=menu] header'
    const out: string[] = []
    const brand = /^(Chancery|Gmail|Outlook|[\d\s+.,:/%–-]*|\d+\+?)$/
    for (const el of document.querySelectorAll<HTMLElement>('button, label, h1, h2, h3, p, span, dt, dd, li, th, legend, a, input, [aria-label], [title], [placeholder]')) {
      if (el.offsetParent === null || el.closest(theirs)) continue
      const own = [...el.childNodes].filter((n) => n.nodeType === 3).map((n) => n.textContent ?? '').join('').trim()
      for (const text of [own, el.getAttribute('aria-label') ?? '', el.getAttribute('title') ?? '', el.getAttribute('placeholder') ?? '']) {
        if (/\p{L}{2}/u.test(text) && !/[⟦⟧·]/.test(text) && !brand.test(text) && !text.includes('@')) out.push(`not in a catalogue: ${el.tagName} "${text.slice(0, 60)}"`)
      }
      const style = getComputedStyle(el)
      if (own.length > 2 && style.display !== 'inline' && style.textOverflow !== 'ellipsis' && style.overflowX === 'hidden' && el.scrollWidth > el.clientWidth + 1) out.push(`cut off: ${el.tagName} "${own.slice(0, 40)}"`)
      const box = el.getBoundingClientRect()
      if (el.tagName === 'BUTTON' && own && box.right > innerWidth + 1 && getComputedStyle(el.parentElement as Element).overflowX !== 'auto') out.push(`off the page: "${own.slice(0, 40)}"`)
    }
    return [...new Set(out)]
  })
  return found.map((f) => `${where}: ${f}`)
}

test.each<Size>(['desktop', 'phone'])('%s: every text comes from a catalogue and nothing is cut off when texts are longer', async (size) => {
  const { page, context } = await newPage(desk, { size, language: 'en' })
  await page.route(/\/assets\/[a-z]+-[\w-]+\.js$/, async (route) => {
    const res = await route.fetch()
    const source = await res.text()
    // Only catalogues: an object of texts by key, and nothing else.
    await route.fulfill({ response: res, body: /^var \w+=\{"[\w.]+":\[/.test(source) ? pseudo(source) : source })
  })
  const all: string[] = []
  await page.goto(desk.url)
  await page.locator('input[name=password]').waitFor()
  expect(await page.locator('button[type=submit]').innerText()).toContain('⟦')
  all.push(...(await look(page, 'sign-in')))
  await signIn(page, desk)
  all.push(...(await look(page, 'inbox')))
  await page.locator('[role=row]').first().click()
  await page.locator('article section').first().waitFor()
  all.push(...(await look(page, 'reading')))
  await page.locator('article footer button').first().click()
  await page.locator('section[role=dialog] [data-body]').waitFor()
  all.push(...(await look(page, 'compose')))
  await page.locator('section[role=dialog] footer button').last().click()
  await page.locator('section[role=dialog]').waitFor({ state: 'detached' })
  for (const s of ['general', 'reading', 'keyboard']) {
    await page.goto(`${desk.url}/settings/${s}`)
    await page.locator('section h1').waitFor()
    await page.waitForTimeout(300)
    all.push(...(await look(page, `settings ${s}`)))
  }
  await page.keyboard.press('Control+k')
  await page.locator('dialog [role=option]').first().waitFor()
  all.push(...(await look(page, 'palette')))
  expect(all).toEqual([])
  // What is fetched ahead may still be on its way.
  await page.unrouteAll({ behavior: 'ignoreErrors' })
  await context.close()
})
