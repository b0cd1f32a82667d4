import type { CDPSession, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { passedOn, recordedTraces, type RecordedTrace } from '~/kit/testing/ime-traces'
import { Api, until } from './api'
import { newPage, openDesk, signIn, type Desk } from './harness'
import { listen, order, play } from './ime-play'

let desk: Desk
let api: Api
beforeAll(async () => {
  desk = await openDesk(21)
  api = Api.of(desk)
})
afterAll(() => desk.close())

const value = (l: Locator): Promise<string> => l.evaluate((e) => ('value' in e ? String(e.value) : ((e as HTMLElement).innerText ?? '').replace(/\n$/, '').replaceAll('\u00a0', ' ')))
const of = (method: string, field = 'input'): RecordedTrace[] => recordedTraces.filter((t) => t.method === method && t.field === field)
const methods = ['Zhuyin', 'Pinyin', 'Hangul', 'Telex']
// One that does not end stays under composition; the field is left, which ends it.
const open = (t: RecordedTrace): boolean => t.events.findLast((e) => e.type.startsWith('composition'))?.type !== 'compositionend'

/** Types the recording into a field; empties it first. */
async function into(field: Locator, cdp: CDPSession, t: RecordedTrace): Promise<void> {
  await field.focus()
  await field.fill('')
  await play(cdp, t)
}

test.each(methods)('%s: the browser tells what it told when it was recorded', async (method) => {
  const { page, context } = await newPage(desk)
  await page.setContent('<input id="f">')
  const cdp = await context.newCDPSession(page)
  const heard = await listen(page)
  for (const t of of(method).filter((x) => !open(x))) {
    await page.locator('#f').focus()
    await page.locator('#f').fill('')
    await heard()
    await play(cdp, t)
    expect((await heard()).join('\n'), t.name).toBe(order(t).join('\n'))
    expect(await value(page.locator('#f')), t.name).toBe(t.text)
  }
  await context.close()
})

test.each(methods)('%s: in the search and the palette nothing acts on half a word', async (method) => {
  const { page, context, errors } = await newPage(desk)
  await signIn(page, desk)
  const cdp = await context.newCDPSession(page)
  const asked: string[] = []
  page.on('framenavigated', (f) => asked.push(new URL(f.url()).searchParams.get('q') ?? ''))
  const search = page.getByRole('searchbox').or(page.locator('[type=search]')).first()
  for (const t of of(method)) {
    asked.length = 0
    await into(search, cdp, t)
    const own = passedOn(t)
    if (own.includes('Enter')) await page.waitForURL(new RegExp(`q=${encodeURIComponent(t.text)}(&|$)`))
    else if (!own.includes('Escape')) expect(await value(search), t.name).toBe(t.text)
    // Results come while typing, but of words that are whole: never of signs or letters under composition.
    expect(asked.filter((q) => !t.text.startsWith(q.trim())), t.name).toEqual([])
    await search.fill('')
    await page.keyboard.press('Escape')
    await page.keyboard.press('Escape')
  }
  await page.goto(`${desk.url}/`)
  await page.getByRole('row').first().waitFor()
  for (const t of of(method).filter((x) => !passedOn(x).some((k) => k !== ' '))) {
    const before = page.url()
    const palette = page.getByRole('combobox', { name: 'Commands' })
    // A key that is pressed while the page still starts is lost, as it is to a person.
    await until(async () => {
      await page.keyboard.press('Control+k')
      return palette.waitFor({ timeout: 5000 }).then(() => true, () => false)
    }, 'the palette is open', 30_000)
    await into(palette, cdp, t)
    expect([await value(palette), await palette.isVisible(), page.url()], t.name).toEqual([t.text, true, before])
    await page.keyboard.press('Escape')
    if (open(t)) await page.keyboard.press('Escape')
    await palette.waitFor({ state: 'detached' })
  }
  // Among the rows, what a method keeps is no shortcut: nothing opens, moves or goes.
  const rows = await page.locator('[data-row]').count()
  await page.getByRole('row').first().focus()
  for (const t of of(method)) {
    for (const e of t.events) if (e.type === 'keydown' && e.keyCode === 229) await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: e.key, code: e.code ?? '', windowsVirtualKeyCode: 229 })
  }
  expect([await page.locator('[data-row]').count(), await page.getByRole('dialog').count()]).toEqual([rows, 0])
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})

async function sheetOf(page: Page): Promise<Locator> {
  await page.keyboard.press('c')
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.locator('[data-body]').waitFor()
  return sheet
}

test.each(methods)('%s: in a letter nobody is chosen, nothing is sent or closed by a key of the method', async (method) => {
  const { page, context, errors } = await newPage(desk)
  await signIn(page, desk)
  const cdp = await context.newCDPSession(page)
  const sheet = await sheetOf(page)
  const [to, subject, body] = [sheet.getByRole('combobox', { name: 'To' }), sheet.getByLabel('Subject'), sheet.locator('[data-body]').first()]
  const chips = sheet.getByRole('button', { name: /^Remove / })
  for (const t of of(method).filter((x) => !passedOn(x).includes('Escape'))) {
    const own = passedOn(t).includes('Enter')
    await into(to, cdp, t)
    if (!own) expect([await value(to), await chips.count()], t.name).toEqual([t.text, 0])
    // By the Enter that was passed on, the whole word becomes a recipient, once.
    else expect([await value(to), await chips.evaluateAll((all) => all.map((c) => c.getAttribute('aria-label') ?? ''))], t.name).toEqual(['', [`Remove ${t.text}`]])
    if (own) await chips.first().click()
    await to.fill('')
    await into(subject, cdp, t)
    expect([await value(subject), await sheet.isVisible()], t.name).toEqual([t.text, true])
  }
  await subject.fill('')
  for (const t of of(method, 'editor').filter((x) => !passedOn(x).includes('Escape') && !open(x))) {
    await body.click()
    await page.keyboard.press('Control+a')
    await page.keyboard.press('Delete')
    await play(cdp, t)
    // An Enter that was passed on begins a line; which one the editor counts as empty is its own affair.
    expect((await value(body)).trim(), t.name).toBe(t.text.replaceAll('\u00a0', ' ').trim())
    expect(await sheet.isVisible()).toBe(true)
  }
  await sheet.getByRole('button', { name: 'Discard draft' }).click()
  await sheet.waitFor({ state: 'detached' })
  expect(await page.getByText('Sent', { exact: true }).filter({ has: page.getByRole('status') }).count()).toBe(0)
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})

const folders = async (): Promise<string[]> => (await api.call<{ list: { name: string }[] }>('Mailbox/get', { ids: null })).list.map((m) => m.name)

test.each(methods)('%s: a folder gets its whole name, once, and a key is not set by the method', async (method) => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  const cdp = await context.newCDPSession(page)
  for (const t of of(method).filter((x) => x.keys.includes('Return') && !open(x))) {
    const before = await folders()
    await page.getByRole('button', { name: 'New folder' }).click()
    const dialog = page.getByRole('dialog', { name: /New folder|folder/i })
    const name = dialog.getByLabel('Name')
    await name.waitFor()
    const unique = `${Date.now()}`
    await name.fill(unique)
    await play(cdp, t)
    const want = unique + t.text
    if (passedOn(t).includes('Enter')) await dialog.waitFor({ state: 'detached' })
    else {
      expect([await value(name), (await folders()).length], t.name).toEqual([want, before.length])
      await page.keyboard.press('Enter')
      await dialog.waitFor({ state: 'detached' })
    }
    const made = await until(async () => ((await folders()).length > before.length ? folders() : false), 'the folder is made')
    expect(made.filter((f) => !before.includes(f)), t.name).toEqual([want])
    const r = await api.call<{ list: { id: string; name: string }[] }>('Mailbox/get', { ids: null })
    await api.call('Mailbox/set', { destroy: r.list.filter((m) => m.name === want).map((m) => m.id) })
  }
  await page.goto(`${desk.url}/settings/keyboard`)
  const key = page.getByRole('button', { name: /Change the key for Archive/ })
  await key.click()
  for (const code of ['Enter', 'KeyE']) await cdp.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Process', code, windowsVirtualKeyCode: 229 })
  expect(await key.getAttribute('aria-pressed')).toBe('true')
  await context.close()
})
