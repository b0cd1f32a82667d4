import { afterAll, beforeAll, expect, test } from 'vitest'
import { findings } from './axe'
import { newPage, openDesk, type Desk } from './harness'
import { cut, small, space, walk, wide } from './proofs'
import { prepare, tour, wordIn, type Scene } from './tour'

// WCAG 2.2 AA on every screen of the tour: what a machine can prove of it.
let desk: Desk
let scene: Scene
beforeAll(async () => {
  desk = await openDesk(58)
  scene = await prepare(desk)
})
afterAll(() => desk.close())
const only = process.env['AT'] ? new RegExp(`^(${process.env['AT']})$`) : undefined
const isOpen = '[role=dialog]:not(section), [role=alertdialog], [role=menu], dialog[open]'

test('desk: rules of axe, targets, and the keyboard: focus seen, ringed, never lost, given back', async () => {
  const { page, context } = await newPage(desk, { language: 'en' })
  const problems: string[] = []
  const failed = await tour({ page, desk, scene, size: 'desktop', word: wordIn('en') }, async (stop) => {
    problems.push(...(await findings(page, stop.name)), ...(await small(page, 24, stop.name)))
    problems.push(...(await walk(page, stop.name, stop.floats ? 5 : 14)).problems)
    if (!stop.floats) return
    // From the browser's own bar back into what is open.
    for (let i = 0; i < 3 && (await page.evaluate(() => document.activeElement === document.body)); i++) await page.keyboard.press('Tab')
    await page.keyboard.press('Escape')
    await page.locator(isOpen).first().waitFor({ state: 'detached', timeout: 3000 }).catch(() => problems.push(`${stop.name}: Escape does not close it`))
    await page.waitForTimeout(150)
    if (await page.evaluate(() => document.activeElement === document.body || document.activeElement === null)) problems.push(`${stop.name}: the focus is lost after closing`)
  }, only)
  expect([...failed, ...new Set(problems)]).toEqual([])
  await context.close()
}, 900_000)

test('phone: rules of axe in Vietnamese and dark, targets, nothing beside the page', async () => {
  const { page, context } = await newPage(desk, { size: 'phone', language: 'vi', theme: 'dark' })
  // Tall, so that nothing stands half under a bar only because it was not scrolled to.
  await page.setViewportSize({ width: 390, height: 1600 })
  const problems: string[] = []
  const failed = await tour({ page, desk, scene, size: 'phone', word: wordIn('vi') }, async (stop) => {
    problems.push(...(await findings(page, stop.name)), ...(await small(page, 24, stop.name)), ...(await wide(page, stop.name)))
  }, only)
  expect([...failed, ...new Set(problems)]).toEqual([])
  await context.close()
}, 900_000)

test('400 % zoom: at 320 CSS px nothing scrolls two ways, and wider spacing of text cuts nothing off', async () => {
  const { page, context } = await newPage(desk, { size: 'phone', language: 'en' })
  await page.setViewportSize({ width: 320, height: 640 })
  const problems: string[] = []
  const failed = await tour({ page, desk, scene, size: 'phone', word: wordIn('en') }, async (stop) => {
    problems.push(...(await wide(page, `${stop.name} at 320 px`)))
    await space(page)
    await page.waitForTimeout(100)
    problems.push(...(await wide(page, `${stop.name} spaced`)), ...(await cut(page, `${stop.name} spaced`)))
  }, only)
  expect([...failed, ...new Set(problems)]).toEqual([])
  await context.close()
}, 900_000)

test('desk: wider spacing of text cuts nothing off', async () => {
  const { page, context } = await newPage(desk, { language: 'vi' })
  const problems: string[] = []
  const failed = await tour({ page, desk, scene, size: 'desktop', word: wordIn('vi') }, async (stop) => {
    await space(page)
    await page.waitForTimeout(100)
    problems.push(...(await wide(page, stop.name)), ...(await cut(page, stop.name)))
  }, only)
  expect([...failed, ...new Set(problems)]).toEqual([])
  await context.close()
}, 900_000)
