import type { CDPSession, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { newPage, openDesk, signIn, type Desk } from './harness'

let desk: Desk
beforeAll(async () => {
  desk = await openDesk(21)
})
afterAll(() => desk.close())

// What is shown while composing, and what is taken in the end.
const methods = [
  { name: 'Zhuyin', steps: ['ㄍ', 'ㄍㄨㄥ', '公', '公ㄨㄣˊ', '公文'], text: '公文' },
  { name: 'Pinyin', steps: ['t', 'tong', "tong'ji", '统计'], text: '统计' },
  { name: 'Hangul', steps: ['ㄱ', '겨', '결'], text: '결' },
  { name: 'Telex', steps: ['k', 'ki', 'kin', 'kính'], text: 'kính' },
]

/** A key that the input method keeps for itself: code 229, as browsers report it. */
async function taken(cdp: CDPSession, key: string): Promise<void> {
  await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key, windowsVirtualKeyCode: 229, nativeVirtualKeyCode: 229 })
  await cdp.send('Input.dispatchKeyEvent', { type: 'keyUp', key, windowsVirtualKeyCode: key === 'Enter' ? 13 : 229 })
}

/** Composes as an input method does, its Enter and arrows included, and takes the result. */
async function compose(page: Page, m: (typeof methods)[number]): Promise<void> {
  const cdp = await page.context().newCDPSession(page)
  for (const s of m.steps) {
    await taken(cdp, 'Process')
    await cdp.send('Input.imeSetComposition', { text: s, selectionStart: s.length, selectionEnd: s.length })
  }
  for (const k of ['ArrowDown', 'ArrowUp', 'Enter']) await taken(cdp, k)
  await cdp.send('Input.insertText', { text: m.text })
  await taken(cdp, 'Enter')
  await cdp.detach()
}

const value = (l: Locator): Promise<string> => l.evaluate((e) => ('value' in e ? String(e.value) : (e.textContent ?? '')))

test.each(methods)('$name: nothing acts while composing, in the search, the recipients, the letter, dialogs and the palette', async (m) => {
  const { page, context, errors } = await newPage(desk)
  await signIn(page, desk)
  const start = page.url()

  const search = page.getByRole('searchbox').or(page.locator('[type=search]')).first()
  await search.focus()
  await compose(page, m)
  expect(await value(search)).toBe(m.text)
  await search.fill('')
  await page.keyboard.press('Escape')

  await page.keyboard.press('Control+k')
  const palette = page.getByRole('combobox', { name: 'Commands' })
  await palette.waitFor()
  await compose(page, m)
  expect(await value(palette)).toBe(m.text)
  expect(await palette.isVisible()).toBe(true)
  await page.keyboard.press('Escape')
  await palette.waitFor({ state: 'detached' })

  await page.goto(start)
  await page.getByRole('row').first().waitFor()
  await page.keyboard.press('c')
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.locator('[data-body]').waitFor()
  const to = sheet.getByRole('combobox', { name: 'To' })
  await to.focus()
  await compose(page, m)
  // Nobody was chosen and no chip was made by the method's own Enter.
  expect(await value(to)).toBe(m.text)
  await to.fill('')
  await sheet.getByLabel('Subject').focus()
  await compose(page, m)
  expect(await value(sheet.getByLabel('Subject'))).toBe(m.text)
  await sheet.locator('[data-body]').first().click()
  await compose(page, m)
  expect(await sheet.locator('[data-body]').first().innerText()).toContain(m.text)
  expect(await sheet.isVisible()).toBe(true)
  await sheet.locator('footer button').last().click()
  await sheet.waitFor({ state: 'detached' })

  // Setting a key: what the method keeps is no key.
  await page.goto(`${desk.url}/settings/keyboard`)
  const key = page.getByRole('button', { name: /Change the key for Archive/ })
  await key.click()
  const cdp = await context.newCDPSession(page)
  await taken(cdp, 'Enter')
  await taken(cdp, 'Process')
  expect(await key.getAttribute('aria-pressed')).toBe('true')
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})
