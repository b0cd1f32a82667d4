import { afterAll, beforeAll, beforeEach, expect, inject, test } from 'vitest'
import { Api, letter, until } from './api'
import { newPage, openDesk, signIn, type Desk } from './harness'
import { findings } from './look'
import { violations } from './violations'

let desk: Desk
let api: Api
let run = '' // another at each try, so that one does not meet what an earlier one left
const writer = inject('office').accounts[15] as { address: string; password: string; name: string }
beforeAll(async () => {
  desk = await openDesk(48)
  api = Api.of(desk)
})
beforeEach(() => {
  run = `M${Date.now() % 1_000_000}`
})
afterAll(() => desk.close())

/** A letter of a colleague in a conversation, as the server delivers it. */
async function answer(subject: string, ref: string, n: number): Promise<void> {
  const from = new Api(desk.url, writer.address, writer.password)
  const identity = (await from.call<{ list: { id: string }[] }>('Identity/get', { ids: null })).list[0]?.id
  const made = await from.call<{ created: Record<string, { id: string }> }>('Email/set', {
    create: { d: { mailboxIds: { [await from.box('drafts')]: true }, keywords: { $draft: true }, from: [{ name: null, email: writer.address }], to: [{ name: null, email: desk.address }, { name: null, email: writer.address }], subject: `Re: ${subject}`, messageId: [`${run}-${n}@city.example`], inReplyTo: [ref], references: [ref], bodyValues: { t: { value: `Answer ${n}` } }, textBody: [{ partId: 't', type: 'text/plain' }] } },
  })
  await from.call('EmailSubmission/set', { create: { s: { identityId: identity, emailId: made.created['d']?.id } } })
}

test('a muted conversation stays away until it is heard again, and both can be undone', async () => {
  const subject = `${run} endless thread`
  const ref = `${run}-0@city.example`
  const first = await api.deliver(letter(subject, 'First', { 'Message-ID': `<${ref}>`, From: `${writer.name.replace(/[^ -~]/g, '') || 'W'} <${writer.address}>` }))
  const { page, context, errors } = await newPage(desk)
  await signIn(page, desk)
  const row = page.getByRole('row', { name: new RegExp(`${run} endless`) })
  await row.click()
  await page.locator('article').getByText('First').waitFor()
  await page.keyboard.press('m')
  await page.getByText('Conversation muted').waitFor()
  await row.waitFor({ state: 'detached' })
  await page.keyboard.press('Control+z')
  await row.waitFor()
  await row.click()
  await page.getByRole('toolbar').getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Mute conversation' }).click()
  await row.waitFor({ state: 'detached' })

  await answer(subject, ref, 1)
  const places = async (n: number): Promise<string[]> => {
    const all = await api.find({ subject: run })
    return all.length > n ? all.map((e) => `${Object.keys(e.mailboxIds).join()} ${Object.keys(e.keywords).filter((k) => k === '$muted').join()}`) : []
  }
  const archive = await api.box('archive')
  const after = await until(async () => { const p = await places(1); return p.length > 1 && p }, 'the answer came')
  expect(after).toEqual([`${archive} $muted`, `${archive} $muted`])
  await page.getByRole('treeitem', { name: /^Archive/ }).first().click()
  const kept = page.getByRole('row', { name: new RegExp(`${run} endless`) })
  await kept.getByRole('img', { name: 'Muted' }).waitFor()
  await kept.click()
  expect(await violations(page)).toEqual([])
  await page.getByRole('toolbar').getByRole('button', { name: 'More' }).click()
  await page.getByRole('menuitem', { name: 'Hear conversation again' }).click()
  await page.getByText('Conversation is heard again').waitFor()
  const inbox = await api.box('inbox')
  await until(async () => (await places(1)).every((p) => p === `${inbox} `), 'both are back')
  await answer(subject, ref, 2)
  await until(async () => { const p = await places(2); return p.length === 3 && p.every((x) => x.startsWith(inbox)) }, 'the next one is in the inbox')
  expect(first).toBeTruthy()
  expect(errors.filter((x) => !x.includes('401'))).toEqual([])
  await context.close()
})

test('the list says which days it shows, labels how much of them is unread, and files can come first', async () => {
  const keyword = `label-${run.toLowerCase()}`
  const old = (days: number): Record<string, string> => ({ Date: new Date(Date.now() - days * 86_400_000).toUTCString().replace('GMT', '+0000') })
  await api.deliver(letter(`${run} labelled one`, 'x', old(0)), 'inbox', { [keyword]: true } as Record<string, true>)
  await api.deliver(letter(`${run} labelled two`, 'x', old(0)), 'inbox', { [keyword]: true, $seen: true } as Record<string, true>)
  const { page, context } = await newPage(desk, { prefs: { labels: [{ keyword, name: 'Budget', colour: 'blue' }] } })
  await signIn(page, desk)
  await page.getByText('Today', { exact: true }).first().waitFor()
  // Further down stand earlier days, and the bar follows.
  await page.locator('#list').evaluate((el) => el.scrollTo({ top: 40_000 }))
  await until(async () => (await page.getByText('Today', { exact: true }).count()) === 0, 'the bar follows')
  expect(await findings(page, 'dates')).toEqual([])
  await page.locator('#list').evaluate((el) => el.scrollTo({ top: 0 }))
  await page.getByRole('button', { name: /^Budget 1/ }).click()
  const one = page.getByRole('row', { name: new RegExp(`${run} labelled one`) })
  await one.waitFor()
  await one.click()
  await until(async () => (await page.getByRole('button', { name: /^Budget 1/ }).count()) === 0, 'the count falls when it is read')

  await page.getByRole('treeitem', { name: /^Inbox/ }).first().click()
  await page.getByRole('button', { name: 'Filter and sort' }).click()
  await page.getByRole('button', { name: /^Sorted:/ }).click()
  await page.getByRole('menuitem', { name: 'Attachments first' }).or(page.getByRole('menuitemcheckbox', { name: 'Attachments first' })).or(page.getByRole('menuitemradio', { name: 'Attachments first' })).first().click()
  await until(async () => (await page.getByRole('row').first().getAttribute('data-files')) === 'true', 'one with files is first')
  expect(await page.getByText('Today', { exact: true }).count()).toBe(0)
  await context.close()
})

test('what does not prove that one click is enough is left by the way of the list', async () => {
  await api.deliver(letter(`${run} newsletter`, 'News', { 'List-Unsubscribe': '<https://list.example/u>', 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click', From: 'News <news@list.example>' }))
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.getByRole('row', { name: new RegExp(`${run} newsletter`) }).click()
  await page.getByRole('button', { name: 'Unsubscribe' }).click()
  const asked = page.getByRole('alertdialog', { name: 'Leave the list of News?' })
  expect(await violations(page)).toEqual([])
  await asked.getByRole('button', { name: 'Leave the list' }).click()
  await page.getByText('The list cannot be left by one click; there is another way.').waitFor()
  await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click()
  await context.close()
})
