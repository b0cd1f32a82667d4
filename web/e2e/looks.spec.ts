import { afterAll, beforeAll, expect, test } from 'vitest'
import { Api, letter } from './api'
import { findings } from './axe'
import type { Size } from './harness'
import { enterAs, ownOffice, shot, type OwnOffice } from './own-office'

let office: OwnOffice

/** The guard looks, the warden has to agree; Ann is looked into. */
beforeAll(async () => {
  office = await ownOffice(['ann', 'eve', 'guard', 'warden'], { REVIEW_FOUR_EYES: 'false' })
  for (const name of ['guard', 'warden']) office.run(['role', 'grant', `${name}@city.example`, 'security'])
  await Api.of(office.desk('ann')).deliver(letter('The bridge of the north', 'Nobody else reads this.'))
})
afterAll(() => office.close())

const enter = (name: string, size?: Size, language?: string): ReturnType<typeof enterAs> => enterAs(office, name, size, language)

test('a look into a mailbox is asked for, agreed to by a second person on a phone, and ended', async () => {
  const guard = await enter('guard')
  await guard.page.goto(`${office.url}/console/looks`)
  await guard.page.getByText('You look into nothing now.').waitFor()
  await guard.page.getByRole('button', { name: 'Ask to look' }).click()
  const ask = guard.page.getByRole('dialog', { name: 'Ask to look' })
  await ask.getByRole('button', { name: 'Ask to look' }).click()
  await ask.getByText('Choose a mailbox.').waitFor()
  await ask.getByRole('combobox', { name: 'Whose mailbox' }).pressSequentially('ann@city.example')
  await guard.page.getByRole('option', { name: /ann@city/ }).click()
  await ask.getByRole('button', { name: 'Ask to look' }).click()
  await ask.getByText('Say what the look is for').waitFor()
  await ask.getByLabel('Purpose').fill('Case 12: letters about the bridge.')
  expect(await findings(guard.page, 'asking to look')).toEqual([])
  await shot(guard.page, 'desktop-en-look-ask')
  await ask.getByRole('button', { name: 'Ask to look' }).click()
  await guard.page.getByText('Waits for a security administrator', { exact: true }).waitFor()

  const warden = await enter('warden', 'phone', 'zh-TW')
  await warden.page.goto(`${office.url}/approvals`)
  await warden.page.getByRole('button', { name: /調閱信箱 ann@city\.example/ }).click()
  await warden.page.getByText('Case 12: letters about the bridge.').first().waitFor()
  expect(await findings(warden.page, 'a look to agree to')).toEqual([])
  expect(await warden.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  await shot(warden.page, 'phone-zh-TW-look')
  await warden.page.getByRole('button', { name: '核准', exact: true }).click()
  await warden.page.getByText('已核准「調閱信箱 ann@city.example」。').waitFor()

  // Told by push.
  await guard.page.getByRole('button', { name: 'Open ann@city.example' }).waitFor()
  expect(await findings(guard.page, 'looks')).toEqual([])
  await shot(guard.page, 'desktop-en-looks')
  await guard.page.getByRole('button', { name: 'Open ann@city.example' }).click()
  await guard.page.getByText(/You are looking into this mailbox until/).waitFor()
  await guard.page.getByRole('row', { name: /The bridge of the north/ }).click()
  await guard.page.getByText('Nobody else reads this.').last().waitFor()
  expect(await findings(guard.page, 'a mailbox that is looked into')).toEqual([])
  await shot(guard.page, 'desktop-en-look-mailbox')
  await guard.page.getByRole('button', { name: 'End now' }).click()
  await guard.page.waitForURL((u) => u.pathname === '/mail')
  await guard.page.goto(`${office.url}/console/looks`)
  await guard.page.getByText('You look into nothing now.').waitFor()
  await Promise.all([guard.close(), warden.close()])
})

test('letters that a rule keeps are listed in the journal and opened there', async () => {
  const guard = await enter('guard')
  const none = { senderUnits: [], senders: [], recipientUnits: [], recipients: [] }
  const rule = { name: 'Keep budgets', isEnabled: true, when: { ...none, direction: 'out', outside: false, level: null, words: ['budget'], persons: 0, attachments: null }, unless: { ...none, encrypted: false }, then: { hold: null, monitor: '', journal: true, refuse: '', require: '', disclaimer: null, warn: '' } }
  const made = await guard.page.evaluate(async (r) => {
    const s = (await (await fetch('/.well-known/jmap')).json()) as { capabilities: object; primaryAccounts: Record<string, string> }
    const accountId = s.primaryAccounts['urn:ietf:params:jmap:mail']
    const res = await fetch('/jmap/api', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ using: Object.keys(s.capabilities), methodCalls: [['FlowRule/set', { accountId, id: null, rule: r, reason: 'For the test.' }, '0']] }) })
    return ((await res.json()) as { methodResponses: [string][] }).methodResponses[0]?.[0]
  }, rule)
  expect(made).toBe('FlowRule/set')
  const ann = await enter('ann')
  await ann.page.getByRole('button', { name: 'New message' }).click()
  const sheet = ann.page.getByRole('dialog', { name: 'New message' })
  await sheet.getByLabel('To', { exact: true }).fill('eve@city.example,')
  await sheet.getByLabel('Subject').fill('The budget of the bridge')
  await sheet.locator('[data-body]').fill('It is small.')
  await sheet.getByRole('button', { name: 'Send', exact: true }).click()
  await sheet.waitFor({ state: 'detached' })

  await guard.page.goto(`${office.url}/console/looks`)
  await guard.page.getByRole('button', { name: 'Ask to look' }).click()
  const ask = guard.page.getByRole('dialog', { name: 'Ask to look' })
  await ask.getByText('The journal').click()
  await ask.getByLabel('Purpose').fill('The yearly audit of the budget.')
  await ask.getByRole('button', { name: 'Ask to look' }).click()
  const warden = await enter('warden')
  await warden.page.goto(`${office.url}/approvals`)
  await warden.page.getByRole('button', { name: /Look into the journal/ }).click()
  await warden.page.getByRole('button', { name: 'Approve', exact: true }).click()

  const journal = guard.page.getByRole('region', { name: 'The journal' })
  await journal.getByRole('button', { name: /The budget of the bridge/ }).waitFor({ timeout: 30_000 })
  await journal.getByText('1 letter', { exact: true }).waitFor()
  // Found by words and by whom, or not; each question stands in the record.
  await journal.getByLabel('Words of the subject').fill('bridge')
  await journal.getByLabel('To whom').fill('nobody@city.example')
  await journal.getByRole('button', { name: 'Find' }).click()
  await journal.getByText('No letter of the journal is like that.').waitFor()
  expect(await findings(guard.page, 'the journal, nothing found')).toEqual([])
  await journal.getByLabel('To whom').fill('eve')
  await journal.getByRole('button', { name: 'Find' }).click()
  await journal.getByRole('button', { name: /The budget of the bridge/ }).waitFor()
  await shot(guard.page, 'desktop-en-journal-found')
  await journal.getByRole('button', { name: 'Clear' }).click()
  await journal.getByRole('button', { name: /The budget of the bridge/ }).click()
  const open = guard.page.getByRole('dialog', { name: 'The budget of the bridge' })
  await open.frameLocator('iframe').getByText('It is small.').waitFor()
  expect(await findings(guard.page, 'a letter of the journal')).toEqual([])
  await shot(guard.page, 'desktop-en-journal')
  await Promise.all([ann.close(), guard.close(), warden.close()])
})

test('the journal is gone through page by page, and found on a phone', async () => {
  const ann = Api.of(office.desk('ann'))
  const drafts = await ann.box('drafts')
  const { list } = await ann.call<{ list: { id: string }[] }>('Identity/get', { ids: null })
  const numbers = Array.from({ length: 55 }, (_, n) => String(n).padStart(2, '0'))
  const letters = Object.fromEntries(numbers.map((n) => [`m${n}`, { mailboxIds: { [drafts]: true }, from: [{ email: 'ann@city.example' }], to: [{ email: 'eve@city.example' }], subject: `Budget paper ${n}`, bodyValues: { t: { value: 'The budget.' } }, textBody: [{ partId: 't', type: 'text/plain' }] }]))
  const { created } = await ann.call<{ created: Record<string, { id: string }> }>('Email/set', { create: letters })
  for (const n of numbers) await ann.call('EmailSubmission/set', { create: { s: { identityId: list[0]?.id, emailId: created[`m${n}`]?.id } } })

  const guard = await enter('guard')
  await guard.page.goto(`${office.url}/console/looks`)
  const journal = guard.page.getByRole('region', { name: 'The journal' })
  await journal.getByText('50 letters so far').waitFor()
  await journal.getByRole('button', { name: /Budget paper 54/ }).waitFor()
  await journal.getByLabel('Words of the subject').fill('paper')
  await journal.getByRole('button', { name: 'Find' }).click()
  await journal.getByText('50 letters so far').waitFor()
  await journal.getByRole('button', { name: 'Older letters' }).click()
  await journal.getByText('55 letters', { exact: true }).waitFor()
  expect(await journal.getByRole('button', { name: /Budget paper/ }).allInnerTexts().then((all) => all.map((x) => /paper (\d\d)/.exec(x)?.[1]))).toEqual([...numbers].reverse())
  expect(await journal.getByRole('button', { name: 'Older letters' }).count()).toBe(0)
  expect(await findings(guard.page, 'the journal')).toEqual([])
  await guard.close()

  const phone = await enter('guard', 'phone', 'ko')
  await phone.page.goto(`${office.url}/console/looks`)
  const box = phone.page.getByRole('region', { name: '메일 보관함' })
  await box.getByText('50통 불러옴').waitFor()
  await box.getByText('검색 조건').tap()
  await box.getByLabel('제목의 단어').fill('paper 07')
  await box.getByRole('button', { name: '조회' }).tap()
  await box.getByText('1통', { exact: true }).waitFor()
  expect(await phone.page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  expect(await findings(phone.page, 'the journal on a phone')).toEqual([])
  await shot(phone.page, 'phone-ko-journal')
  await phone.close()
})
