import { mkdirSync } from 'node:fs'
import { afterAll, beforeAll, test } from 'vitest'
import { Api } from './api'
import { newPage, openDesk, signIn, type Desk, type Size } from './harness'

// Pictures of rules and out of office, to be looked at: SHOTS=dir npx vitest run --project shots e2e/rules.shots.ts
const out = process.env['SHOTS'] ?? '/tmp/chancery-shots'
let desk: Desk
beforeAll(async () => {
  mkdirSync(out, { recursive: true })
  desk = await openDesk()
  const api = Api.of(desk)
  const archive = await api.box('archive')
  const rule = (id: string, name: string, field: string, value: string, actions: object[], isEnabled = true): object => ({ id, name, isEnabled, match: 'all', conditions: [{ field, op: 'contains', value }], actions })
  await api.call('MailRules/set', {
    update: {
      singleton: {
        rules: [
          rule('a', '預算 ngân sách 예산', 'subject', '預算', [{ type: 'fileInto', value: archive }, { type: 'flag' }, { type: 'stop' }]),
          rule('b', 'Newsletters', 'list', 'news', [{ type: 'markSeen' }, { type: 'addKeyword', value: 'news' }]),
          rule('c', '舊規則', 'from', 'someone@outside.example', [{ type: 'discard' }], false),
        ],
      },
    },
  })
})
afterAll(() => desk.close())

const looks: [Size, string, 'light' | 'dark'][] = [['desktop', 'zh-TW', 'light'], ['desktop', 'vi', 'dark'], ['phone', 'zh-TW', 'dark'], ['phone', 'vi', 'light'], ['tablet', 'ko', 'light']]

test.each(looks)('%s %s %s', async (size, language, theme) => {
  const { page, context } = await newPage(desk, { size, language, theme })
  const shot = async (name: string): Promise<void> => {
    await page.waitForTimeout(400)
    await page.screenshot({ path: `${out}/rules-${size}-${language}-${theme}-${name}.png` })
  }
  await signIn(page, desk)
  await page.goto(`${desk.url}/settings/rules`)
  await page.locator('[data-rule]').first().waitFor()
  await shot('1-list')
  await page.locator('[data-rule=a] [data-name]').click()
  await page.locator('[role=dialog] footer').waitFor()
  await page.locator('[role=dialog] footer button').first().click()
  await page.locator('[role=dialog] time').first().waitFor({ timeout: 3000 }).catch(() => {})
  await shot('2-form')
  await page.keyboard.press('Escape')
  await page.locator('summary').click()
  await page.locator('textarea').waitFor()
  await page.locator('textarea').scrollIntoViewIfNeeded()
  await shot('3-script')
  await page.goto(`${desk.url}/settings/away`)
  await page.locator('textarea').first().waitFor()
  await page.locator('[role=switch]').first().click()
  await page.locator('form select').selectOption('other')
  await shot('4-away')
  await context.close()
})
