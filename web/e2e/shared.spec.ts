import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { until } from './api'
import { newPage, openDesk, signIn, type Desk } from './harness'
import { violations } from './violations'

// Lin manages the road reports; Jian answers them.
let lin: Desk
let jian: Desk
beforeAll(async () => {
  lin = await openDesk(0)
  jian = await openDesk(11)
})
afterAll(async () => {
  await lin.close()
  await jian.close()
})

const roads = async (page: Page): Promise<void> => {
  const tree = page.getByRole('tree', { name: 'Shared mailboxes' })
  const root = tree.getByRole('treeitem', { name: /道路通報信箱|Road Reports/ })
  await root.waitFor()
  if ((await root.getAttribute('aria-expanded')) === 'false') await root.click()
  // Its inbox is the first row below it, once its folders are there.
  const all = tree.getByRole('treeitem')
  let at = -1
  await until(async () => {
    const rows = await all.evaluateAll((xs) => xs.map((x) => [(x as HTMLElement).innerText, x.getAttribute('aria-level')]))
    at = rows.findIndex(([text]) => /道路通報信箱|Road Reports/.test(text ?? '')) + 1
    return at > 0 && rows[at]?.[1] === '2'
  }, 'its folders are shown')
  await all.nth(at).click()
  await tree.getByRole('treeitem', { selected: true }).waitFor()
  await page.getByRole('row').first().waitFor()
}

test('a letter of a shared mailbox is given to a colleague, who finds it under their own name and marks it done', async () => {
  const a = await newPage(lin)
  await signIn(a.page, lin)
  await roads(a.page)
  const label = (await a.page.getByRole('row').first().getAttribute('aria-label')) ?? ''
  await a.page.getByRole('row').first().click()
  await a.page.getByRole('article').waitFor()
  await a.page.getByRole('toolbar').getByRole('button', { name: 'More' }).click()
  await a.page.getByRole('menuitem', { name: 'Assign…' }).click()
  await a.page.getByRole('combobox').fill('jian.zhihong')
  await a.page.getByRole('option', { name: /簡志弘/ }).click()
  await a.page.getByRole('article').getByText('簡志弘').first().waitFor()

  const b = await newPage(jian)
  await signIn(b.page, jian)
  await roads(b.page)
  await b.page.getByRole('button', { name: 'Filter and sort' }).click()
  await b.page.getByRole('group', { name: 'Filter and sort' }).getByRole('button', { name: 'Assigned to me' }).click()
  await b.page.waitForURL(/show=mine/)
  await until(async () => (await b.page.getByRole('row').count()) === 1, 'one is his')
  const subject = label.split(', ').at(-2) ?? ''
  expect(await b.page.getByRole('row').first().getAttribute('aria-label')).toContain(subject)
  await b.page.getByRole('row').first().click()
  await b.page.getByRole('toolbar').getByRole('button', { name: 'More' }).click()
  await b.page.getByRole('menuitem', { name: 'Mark as done' }).click()
  // The colleague sees it without doing anything.
  await a.page.getByRole('article').locator('[data-done]').first().waitFor()
  expect([...a.errors, ...b.errors].filter((x) => !x.includes('401'))).toEqual([])
  await a.context.close()
  await b.context.close()
})

test('rules and automatic answers of a shared mailbox are set by who manages it', async () => {
  const { page, context } = await newPage(lin)
  await signIn(page, lin)
  await page.goto(`${lin.url}/settings/rules`)
  const which = page.getByLabel('Mailbox', { exact: true })
  await which.waitFor()
  const shared = await which.locator('option').nth(1).getAttribute('value')
  await which.selectOption(shared ?? '')
  await page.getByRole('button', { name: 'New rule' }).first().waitFor()
  expect(await violations(page)).toEqual([])
  await page.goto(`${lin.url}/settings/away`)
  await page.getByLabel('Mailbox', { exact: true }).selectOption(shared ?? '')
  await page.getByLabel('Answer automatically').or(page.getByRole('switch').first()).first().waitFor()
  await context.close()
})
