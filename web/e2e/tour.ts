import { readFileSync, readdirSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Page } from 'playwright-core'
import { inject } from 'vitest'
import { Api, letter } from './api'
import { signIn, type Desk, type Size } from './harness'
import { files, withFiles } from './samples'
import { prepareCases } from './tour-cases'

/*
 * Every screen of the client and how to come to it, in any language and size.
 * The pictures (tour.shots.ts) and the proofs for everyone (everyone.long.ts)
 * walk the same list: a screen that is added here is looked at and tested.
 */

/** The text of a key, as the client says it in that language. */
export function wordIn(language: string): (key: string) => string {
  const dir = fileURLToPath(new URL(`../src/locales/${language}/`, import.meta.url))
  const all = Object.assign({}, ...readdirSync(dir).map((f) => JSON.parse(readFileSync(dir + f, 'utf8')) as object)) as Record<string, string>
  return (key) => {
    const text = all[key]
    if (!text) throw new Error(`no text ${key} in ${language}`)
    return text
  }
}

/** What the tour finds in the mailbox. */
export interface Scene {
  api: Api
  account: string
  inbox: string
  threads: Record<'odd' | 'files' | 'html', string>
  snoozed: { box: string; thread: string }
  empty: string
  card: string
}

/** Puts into the mailbox what the screens need, once. */
export async function prepare(desk: Desk): Promise<Scene> {
  const api = Api.of(desk)
  const run = Date.now()
  const deliver = async (text: string): Promise<string> => api.thread(await api.deliver(text))
  const odd = await deliver(
    letter('請於中午前付款 – Invoice 2041', '<p>您好，</p><p>Please look at <a href="https://evil.example/pay?id=7">https://bank.example/pay</a> before noon.</p>', {
      From: `Grace Ellison <grace.ellison.${run}@outside.example>`, 'Reply-To': 'money@other.example', 'Content-Type': 'text/html; charset=utf-8',
    }),
  )
  const papers = await deliver(withFiles('道路養護計畫 附件', files))
  const html = await deliver(letter('Bản tin tuần – 電子報', `<table width="600" bgcolor="#eef"><tr><td><h1>市政電子報</h1><p style="color:#333">河濱公園步道十一月完工，歡迎市民參加啟用典禮。</p><img src="https://pictures.example/a.png" width="200" height="80" alt="Park"><p>Lễ khánh thành đường đi bộ ven sông sẽ diễn ra vào tháng mười một.</p></td></tr></table>`, { 'Content-Type': 'text/html; charset=utf-8', 'List-Id': '<news.city.example>' }))
  const asleep = await api.deliver(letter('預算會議資料', '請於會前閱讀。'))
  const until = new Date(Date.now() + 3 * 24 * 3600_000).toISOString().replace(/\.\d+Z$/, 'Z')
  await api.call('Email/set', { update: { [asleep]: { snoozed: { until, mailboxId: null, setKeywords: null }, reminder: { at: until, unlessAnswered: true } } } })
  const rule = (id: string, name: string, value: string, isEnabled = true): object => ({ id, name, isEnabled, match: 'all', conditions: [{ field: 'subject', op: 'contains', value }], actions: [{ type: 'flag' }, { type: 'stop' }] })
  await api.call('MailRules/set', { update: { singleton: { rules: [rule('a', '預算 ngân sách 예산', '預算'), rule('b', 'Báo cáo định kỳ hằng tháng', 'báo cáo', false)] } } })
  const books = await api.call<{ list: { id: string }[] }>('AddressBook/get', { ids: null })
  const made = await api.call<{ created: Record<string, { id: string }> }>('ContactCard/set', {
    create: Object.fromEntries(
      [['王小明', 'wang@far.example', '工務局'], ['Đặng Văn Ân', 'an.dang@far.example', 'Sở Giao thông'], ['김민서', 'kim@far.example', '도로과'], ['Dang Van An', 'an.dang@far.example', 'Sở Giao thông vận tải']].map(([full, address, org], i) => [
        `c${i}`, { '@type': 'Card', version: '1.0', addressBookIds: { [books.list[0]?.id ?? '']: true }, name: { full }, emails: { e: { address } }, phones: { p: { number: `+886 2 2720 ${1000 + i}` } }, organizations: { o: { name: org } } },
      ]),
    ),
  })
  await prepareCases(desk)
  const empty = await api.call<{ created: Record<string, { id: string }> }>('Mailbox/set', { create: { m: { name: `Hồ sơ 2026 – ${run % 1000}` } } })
  const account = await api.account()
  const box = async (role: string): Promise<string> => api.box(role)
  return { api, account, inbox: await box('inbox'), threads: { odd, files: papers, html }, snoozed: { box: await box('snoozed'), thread: await api.thread(asleep) }, empty: empty.created['m']?.id ?? '', card: made.created['c1']?.id ?? '' }
}

export interface Visit {
  page: Page
  desk: Desk
  scene: Scene
  size: Size
  word: (key: string) => string
}

export interface Stop {
  name: string
  open: (v: Visit) => Promise<void>
  /** What closes it again leaves the focus where it was, when it floats over a screen. */
  floats?: true
  /** Left out on a phone, where there is no such thing. */
  desk?: true
  /** Who has to be signed in for it: the local part of an administrator's address. */
  who?: string
}

const go = async ({ page, desk }: Visit, path: string): Promise<void> => void (await page.goto(desk.url + path))
const list = async (v: Visit): Promise<void> => {
  await go(v, '/')
  await v.page.locator('[role=row]').first().waitFor()
}
const thread = async (v: Visit, id: string, box = v.scene.inbox): Promise<void> => {
  await go(v, `/mail/${v.scene.account}/${box}/${id}`)
  await v.page.locator('article section').first().waitFor()
}
const press = (key: string, wait: string) => async (v: Visit): Promise<void> => {
  await v.page.keyboard.press(key)
  await v.page.locator(wait).first().waitFor()
}
/** By a key, with the focus on something that it can be given back to. */
const floating = (key: string, wait: string) => async (v: Visit): Promise<void> => {
  await v.page.locator('[role=toolbar] button:visible, [role=row]').first().focus()
  await press(key, wait)(v)
}
const compose = async (v: Visit): Promise<void> => {
  await list(v)
  await press('c', 'section[role=dialog] [data-body]')(v)
}
const button = (v: Visit, key: string, within = 'body'): ReturnType<Page['locator']> => v.page.locator(within).getByRole('button', { name: v.word(key), exact: true }).first()
const settings = (section: string, wait: string): Stop => ({
  name: `settings-${section}`,
  open: async (v) => {
    await go(v, `/settings/${section}`)
    await v.page.locator(wait).first().waitFor()
  },
})
const [system, security, audit] = ['ben.okafor', 'priya.raman', 'tong.ruolan']
const admin = (who: string, section: string, wait: string, form = false): Stop => ({
  name: form ? `console-${section}-form` : `console-${section}`,
  who,
  open: async (v) => {
    await go(v, `/console/${section}`)
    await v.page.locator(wait).first().waitFor()
    if (!form) return
    await v.page.locator('#list header button').click()
    await v.page.getByRole('dialog').waitFor()
  },
})
const viewer = (name: string, file: number, wait: string): Stop => ({
  name: `viewer-${name}`,
  open: async (v) => {
    await thread(v, v.scene.threads.files)
    await v.page.getByRole('region', { name: v.word('files.title') }).first().getByRole('button', { name: files[file]?.name ?? '' }).first().click()
    await v.page.locator(`dialog[open] ${wait}`).first().waitFor({ timeout: 60_000 })
  },
})

/** All screens after signing in. */
export const stops: Stop[] = [
  { name: 'inbox', open: list },
  { name: 'chosen', desk: true, open: async (v) => { await list(v); for (const k of ['j', 'x', 'j', 'x']) await v.page.keyboard.press(k) } },
  { name: 'thread', open: async (v) => { await list(v); await v.page.locator('[role=row]').nth(4).click(); await v.page.locator('article section').first().waitFor() } },
  { name: 'odd-sender', open: async (v) => { await thread(v, v.scene.threads.odd); await v.page.getByRole('alert').first().waitFor() } },
  { name: 'link', floats: true, open: async (v) => { await thread(v, v.scene.threads.odd); const a = v.page.frameLocator('article iframe').getByText('https://bank.example/pay'); await a.waitFor(); await a.click(); await v.page.getByRole('alertdialog').waitFor() } },
  { name: 'html', open: (v) => thread(v, v.scene.threads.html) },
  { name: 'attachments', open: (v) => thread(v, v.scene.threads.files) },
  viewer('pdf', 0, '[data-page] canvas'),
  viewer('picture', 1, 'img'),
  viewer('table', 2, 'table'),
  viewer('text', 3, 'pre'),
  viewer('letter', 4, '[role=region], article, section, pre'),
  viewer('zip', 5, 'ul, table'),
  viewer('winmail', 6, 'ul, table, section'),
  { name: 'more', floats: true, open: async (v) => { await thread(v, v.scene.threads.html); await v.page.locator('article [aria-haspopup=menu]').first().click(); await v.page.getByRole('menu').waitFor() } },
  { name: 'snooze', floats: true, open: async (v) => { await thread(v, v.scene.threads.html); await floating('b', '[role=dialog] [role=spinbutton]')(v) } },
  { name: 'label', floats: true, open: async (v) => { await thread(v, v.scene.threads.html); await floating('l', '[role=dialog] [role=combobox]')(v) } },
  { name: 'move', floats: true, open: async (v) => { await thread(v, v.scene.threads.html); await floating('v', '[role=dialog] [role=combobox]')(v) } },
  { name: 'snoozed', open: async (v) => { await go(v, `/mail/${v.scene.account}/${v.scene.snoozed.box}`); await v.page.locator('[role=row]').first().waitFor() } },
  { name: 'snoozed-letter', open: (v) => thread(v, v.scene.snoozed.thread, v.scene.snoozed.box) },
  { name: 'empty', open: async (v) => { await go(v, `/mail/${v.scene.account}/${v.scene.empty}`); await v.page.waitForTimeout(600) } },
  { name: 'compose', open: compose },
  { name: 'reply', open: async (v) => { await thread(v, v.scene.threads.html); await press('r', 'section[role=dialog] [data-body]')(v); await v.page.keyboard.type('謝謝，已收到。') } },
  { name: 'by-link', open: async (v) => { await compose(v); await v.page.locator('section[role=dialog] footer').getByRole('button', { name: v.word('act.more') }).click(); await v.page.getByRole('menuitem', { name: v.word('files.asLink') }).click(); await v.page.getByRole('dialog', { name: v.word('parcel.dialog') }).waitFor() } },
  { name: 'complete', open: async (v) => { await compose(v); await v.page.locator('section[role=dialog] input[role=combobox]').first().fill('chen'); await v.page.locator('[role=option]').first().waitFor() } },
  { name: 'templates', open: async (v) => { await compose(v); await v.page.locator('section[role=dialog] footer [aria-haspopup=menu]').first().click(); await v.page.getByRole('menu').waitFor() } },
  { name: 'picker', open: async (v) => { await compose(v); await v.page.getByRole('button', { name: v.word('compose.pick') }).first().click(); await v.page.getByRole('treeitem').nth(1).waitFor() } },
  { name: 'suggest', open: async (v) => { await list(v); await v.page.locator('[type=search]').pressSequentially('lin'); await v.page.getByRole('option').first().waitFor() } },
  { name: 'found', open: async (v) => { await list(v); await v.page.locator('[type=search]').fill('道路 has:attachment'); await v.page.keyboard.press('Enter'); await v.page.waitForTimeout(900) } },
  { name: 'filters', floats: true, open: async (v) => { await list(v); await v.page.locator('[type=search]').fill('道路'); await v.page.keyboard.press('Enter'); await v.page.waitForTimeout(600); await button(v, 'search.filters').click(); await v.page.getByRole('dialog').waitFor() } },
  { name: 'found-nothing', open: async (v) => { await list(v); await v.page.locator('[type=search]').fill('xyzzyplugh'); await v.page.keyboard.press('Enter'); await v.page.waitForTimeout(900) } },
  { name: 'palette', floats: true, open: async (v) => { await list(v); await floating('Control+k', 'dialog [role=option]')(v) } },
  { name: 'keys', floats: true, open: async (v) => { await list(v); await floating('?', '[role=dialog]')(v) } },
  { name: 'person', floats: true, open: async (v) => { await list(v); await v.page.getByRole('button', { name: new RegExp(v.word('person.menu')) }).first().click(); await v.page.getByRole('menu').waitFor() } },
  settings('general', 'section select'),
  settings('reading', 'section [role=switch], section select'),
  settings('rules', '[data-rule]'),
  { name: 'rule', open: async (v) => { await go(v, '/settings/rules'); await v.page.locator('[data-rule=a] [data-name]').click(); await v.page.locator('[role=dialog] footer').waitFor() } },
  settings('away', 'textarea'),
  settings('signatures', '[contenteditable], textarea'),
  settings('templates', 'section button'),
  settings('files', '#settings-heading'),
  settings('links', '#settings-heading ~ p, [aria-labelledby=settings-heading] p'),
  settings('keyboard', 'section [role=switch]'),
  settings('security', '[aria-labelledby=settings-heading] h2'),
  settings('systems', '[aria-labelledby=settings-heading] p'),
  settings('signins', 'section li time'),
  settings('regulations', '[aria-labelledby=settings-heading] li, [aria-labelledby=settings-heading] p'),
  { name: 'regulations', open: async (v) => { await go(v, '/regulations'); await v.page.locator('main a[href="/"]').waitFor() } },
  settings('device', 'section [role=switch], section select'),
  { name: 'contacts', open: async (v) => { await go(v, '/contacts'); await v.page.locator('[data-card]').first().waitFor() } },
  { name: 'card', open: async (v) => { await go(v, `/contacts/all/${v.scene.card}`); await v.page.locator('section h2, section h1').nth(1).waitFor() } },
  { name: 'merge', floats: true, open: async (v) => { await go(v, '/contacts'); await v.page.locator('[data-card]').first().waitFor(); await button(v, 'contacts.more').click(); await v.page.getByRole('menuitem', { name: v.word('contacts.duplicates') }).click(); await v.page.locator('[data-merged]').waitFor() } },
  { name: 'card-form', open: async (v) => { await go(v, '/contacts'); await v.page.locator('[data-card]').first().waitFor(); await press('n', '[role=dialog] input')(v) } },
  { name: 'approvals', open: async (v) => { await go(v, '/approvals'); await v.page.locator('#list li button').first().waitFor() } },
  { name: 'approval', open: async (v) => { await go(v, '/approvals'); await v.page.locator('#list li button').first().click(); await v.page.locator('article article').first().waitFor() } },
  { name: 'approval-return', open: async (v) => { await go(v, '/approvals'); await v.page.locator('#list li button').first().click(); await button(v, 'approvals.return', 'article').click(); await v.page.getByRole('dialog').waitFor() } },
  { name: 'gone', open: async (v) => { await go(v, `/mail/${v.scene.account}/${v.scene.inbox}/nothing`); await v.page.waitForTimeout(800) } },
  admin(system, 'people', '#list li button'),
  admin(system, 'people', '#list li button', true),
  admin(system, 'units', '#list li'),
  admin(system, 'units', '#list li', true),
  admin(system, 'levels', '#list h1'),
  admin(system, 'levels', '#list h1', true),
  admin(system, 'categories', '#list h1'),
  admin(system, 'categories', '#list h1', true),
  admin(system, 'parties', '#list li'),
  admin(system, 'sync', '#list li'),
  admin(system, 'applications', '#list li'),
  admin(system, 'policy', '#list h1'),
  admin(security, 'rulebook', '#list li'),
  admin(security, 'rulebook', '#list li', true),
  { name: 'console-rulebook-report', who: security, open: async (v) => { await go(v, '/console/rulebook'); await v.page.locator('#list li').first().waitFor(); await v.page.locator('#list li:nth-child(2) button[aria-label]').nth(1).click(); await v.page.getByRole('dialog').waitFor() } },
  admin(security, 'mailrules', '#list li'),
  admin(security, 'mailrules', '#list li', true),
  admin(security, 'looks', '#list section li'),
  admin(security, 'looks', '#list section li', true),
  { name: 'journal', who: security, open: async (v) => { await go(v, '/console/looks'); await v.page.locator('#list section li button').first().click(); await v.page.getByRole('dialog').locator('article').waitFor() } },
  admin(security, 'roles', '#list li'),
  admin(security, 'roles', '#list li', true),
  admin(security, 'rules', '#list h1'),
  admin(security, 'rules', '#list h1', true),
  admin(audit, 'record', '[role=table] [role=row]'),
]

/** The tour of one size: signed in, at each stop in turn. A stop that cannot be reached is a failure of its own. */
export async function tour(v: Visit, at: (stop: Stop) => Promise<void>, only?: RegExp): Promise<string[]> {
  const failed: string[] = []
  await signIn(v.page, v.desk)
  let who: string | undefined
  for (const stop of stops) {
    if ((stop.desk && v.size === 'phone') || (only && !only.test(stop.name))) continue
    try {
      if (stop.who !== who) {
        who = stop.who
        await v.page.context().clearCookies()
        // On a browser that another person used before one starts in one's own language, not in that of the tour.
        await v.page.evaluate(() => localStorage.clear())
        await signIn(v.page, { ...v.desk, ...inject('office').accounts.find((a) => a.address.startsWith(`${who}@`)) })
      }
      v.page.setDefaultTimeout(12_000)
      // Once more on a busy machine: a screen that cannot be reached fails twice.
      await stop.open(v).catch(() => stop.open(v))
      await v.page.waitForTimeout(350)
      await at(stop)
    } catch (e) {
      failed.push(`${stop.name}: ${String(e).split('\n').slice(0, 3).join(' ')}`)
    }
  }
  return failed
}
