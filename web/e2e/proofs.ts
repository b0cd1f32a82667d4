import type { Page } from 'playwright-core'

// What can be proved of any screen as it is shown now.

/** Whether the focus is on something that can be seen, not covered, and marked by a ring (WCAG 2.4.7, 2.4.11). */
export const focus = (page: Page): Promise<{ what: string; hidden: boolean; ring: boolean }> =>
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
    // A field of chips is marked around the whole of it, text being written by its caret, an entry of a menu by its colour.
    const drawn = (e: Element | null): boolean => e !== null && e !== document.body && style(e).boxShadow !== 'none' && e.matches(':focus-within')
    const ring = ringed(el) || ringed(el.parentElement) || ringed(el.closest('label')) || el.closest('[role=search], form')?.matches(':focus-within') === true || drawn(el.parentElement?.parentElement ?? null) || el.isContentEditable || el.getAttribute('role') === 'menuitem' || el.tagName === 'IFRAME' || el.hasAttribute('data-row') || el.id === 'list'
    return { what: `${el.tagName} ${el.getAttribute('aria-label') ?? el.innerText?.slice(0, 30) ?? ''} ${el.className}`, hidden: !seen && el !== document.body, ring: ring || el === document.body }
  })

/** Goes through a screen by Tab alone, until it begins again. */
export async function walk(page: Page, where: string, most = 60): Promise<{ problems: string[]; stops: number }> {
  const problems: string[] = []
  const seen = new Set<string>()
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab')
    let f = await focus(page)
    // What comes by a change of style may be a moment late on a busy machine.
    for (let again = 0; again < 3 && (f.hidden || !f.ring); again++) f = await page.waitForTimeout(120).then(() => focus(page))
    if (f.hidden) problems.push(`${where}: hidden focus on ${f.what}`)
    if (!f.ring) problems.push(`${where}: no ring on ${f.what}`)
    seen.add(f.what)
  }
  return { problems, stops: seen.size }
}

/** Targets that are smaller than `least` px both by themselves and with the room around them (WCAG 2.5.8). */
export const small = (page: Page, least: number, where: string): Promise<string[]> =>
  page.evaluate(
    ([min, name]) =>
      [...document.querySelectorAll<HTMLElement>('button, a[href], [role=switch], [role=menuitem], [role=tab], select, input:not([type=hidden], [type=file])')]
        // A link in a sentence is excepted, and so is what stands for nothing that is seen: a radio button in its label.
        .filter((b) => b.offsetParent !== null && !b.closest('.sr, [inert], article [data-letter], p, .ProseMirror') && getComputedStyle(b, '::after').position !== 'absolute')
        .map((b) => ({ b, r: (b.closest('label') ?? b).getBoundingClientRect() }))
        .filter(({ r }) => r.width > 1 && Math.min(r.width, r.height) < Number(min) - 0.5)
        .map(({ b, r }) => `${name}: ${b.tagName} ${b.ariaLabel ?? b.innerText.slice(0, 30)} ${Math.round(r.width)}x${Math.round(r.height)}`),
    [least, where] as const,
  )

/** What makes the page scroll sideways (WCAG 1.4.10). */
export async function wide(page: Page, where: string): Promise<string[]> {
  return page.evaluate((name) => {
    const scrolls = (e: Element | null): boolean => e !== null && (['auto', 'scroll', 'hidden', 'clip'].includes(getComputedStyle(e).overflowX) || scrolls(e.parentElement))
    const out = [...document.querySelectorAll<HTMLElement>('body *')]
      .filter((e) => e.offsetParent !== null && !e.closest('.sr, [inert]') && e.getBoundingClientRect().width > 0 && e.getBoundingClientRect().right > innerWidth + 1 && !scrolls(e.parentElement))
      .slice(0, 3)
      .map((e) => `${name}: sticks out: ${e.tagName}.${e.className} ${e.innerText?.slice(0, 30)}`)
    if (document.documentElement.scrollWidth > innerWidth + 1) out.push(`${name}: the page is ${document.documentElement.scrollWidth} px wide`)
    return out
  }, where)
}

/** Sets the spacing of WCAG 1.4.12 on everything. A constructed sheet: the page's policy allows no other. */
export const space = (page: Page): Promise<void> =>
  page.evaluate(() => {
    const sheet = new CSSStyleSheet()
    sheet.replaceSync('* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important } p { margin-bottom: 2em !important }')
    document.adoptedStyleSheets = [sheet]
  })

/** Words that are cut off, beside, above or below, without a mark that says so. */
export const cut = (page: Page, where: string): Promise<string[]> =>
  page.evaluate(
    (name) =>
      [...document.querySelectorAll<HTMLElement>('body *')]
        .filter((e) => e.offsetParent !== null && !e.closest('.sr, svg, select, [inert], iframe, article [data-letter]') && [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent?.trim()))
        .filter((e) => {
          const s = getComputedStyle(e)
          const box = e.getBoundingClientRect()
          if (s.display === 'inline' || s.visibility === 'hidden' || box.width < 2 || s.clipPath !== 'none') return false
          // A box that clips its own words; one that ends in dots says so.
          if (s.textOverflow !== 'ellipsis' && ['hidden', 'clip'].includes(s.overflowX) && e.scrollWidth > e.clientWidth + 1) return true
          return ['hidden', 'clip'].includes(s.overflowY) && s.webkitLineClamp === 'none' && e.scrollHeight > e.clientHeight + 3
        })
        .slice(0, 4)
        .map((e) => `${name}: cut off: ${e.tagName}.${e.className} "${e.innerText.slice(0, 30)}" ${e.scrollWidth}x${e.scrollHeight} in ${e.clientWidth}x${e.clientHeight}`),
    where,
  )
