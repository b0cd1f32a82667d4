import { execFileSync } from 'node:child_process'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Api, until } from './api'
import { dayShown, fillDay, newPage, openDesk, signIn, type Desk } from './harness'
import { findings } from './look'
import { violations } from './violations'

let desk: Desk
let api: Api
const run = Date.now()
const other = inject('office').accounts[13] as { address: string; password: string; name: string }
beforeAll(async () => {
  desk = await openDesk(47)
  api = Api.of(desk)
})
afterAll(() => desk.close())

const papers = { name: '議程.txt', mimeType: 'text/plain', buffer: Buffer.from('1. Budget\n2. Roads\n') }

test('a template of an invitation holds its papers, and the letter carries them and a calendar part', async () => {
  const { page, context, errors } = await newPage(desk)
  await signIn(page, desk)
  await page.goto(`${desk.url}/settings/templates`)
  await page.getByRole('button', { name: 'New template' }).click()
  await page.getByLabel('Name of the template').fill(`Council ${run}`)
  await page.getByLabel('Kind of document').selectOption('meeting-invitation')
  await page.getByLabel('Subject').fill(`Council meeting ${run}`)
  await page.getByLabel('Attach files').setInputFiles([papers])
  await page.getByRole('list', { name: 'Attachments' }).getByText('議程.txt').waitFor()
  await page.getByRole('button', { name: 'Remove 議程.txt' }).waitFor()
  expect(await findings(page, 'template')).toEqual([])
  await page.getByRole('button', { name: 'Save template' }).click()
  await page.getByText(/Meeting invitation · Council meeting \d+ · 1 file/).waitFor()

  await page.goto(`${desk.url}/mail`)
  await page.locator('[role=row]').first().waitFor()
  await page.keyboard.press('c')
  const sheet = page.getByRole('dialog', { name: /New message|Council/ })
  await sheet.getByLabel('To', { exact: true }).fill(`${other.name} <${other.address}>,`)
  await sheet.getByRole('button', { name: 'Templates' }).click()
  await page.getByRole('menuitem', { name: `Council ${run}` }).click()
  await sheet.getByText('議程.txt').waitFor()
  await fillDay(sheet, 'Begins', '2027-03-02T14:00')
  expect(await dayShown(sheet, 'Ends')).toBe('03/02/2027,15:30')
  await sheet.getByLabel('Place').fill('Room 301; east wing')
  expect(await findings(page, 'invitation')).toEqual([])

  // An end before the start is not sent.
  await fillDay(sheet, 'Ends', '2027-03-02T13:00')
  await sheet.getByRole('button', { name: 'Send' }).click()
  await sheet.getByText('The meeting must end after it begins.').waitFor()
  await fillDay(sheet, 'Ends', '2027-03-02T16:00')
  await sheet.getByRole('button', { name: 'Send' }).click()
  await page.getByText('Message sent').waitFor()
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()

  const there = new Api(desk.url, other.address, other.password)
  const came = await until(async () => (await there.find({ subject: `Council meeting ${run}` }))[0], 'it arrives', 30_000)
  type Part = { type: string; partId: string | null; name: string | null; subParts?: Part[]; headers?: { name: string; value: string }[] }
  type Got = { list: { bodyStructure: Part; bodyValues: Record<string, { value: string }>; attachments: { type: string; blobId: string; name: string | null }[] }[] }
  const got = (await there.call<Got>('Email/get', { ids: [came.id], properties: ['bodyStructure', 'bodyValues', 'attachments'], bodyProperties: ['type', 'partId', 'blobId', 'name', 'headers', 'subParts'], fetchAllBodyValues: true })).list[0]
  const shape = (p: Part): unknown => (p.subParts?.length ? [p.type, ...p.subParts.map(shape)] : p.type)
  expect(got && shape(got.bodyStructure)).toEqual(['multipart/mixed', ['multipart/alternative', 'text/plain', 'text/html', 'text/calendar'], 'text/plain'])
  const calendar = got?.bodyStructure.subParts?.[0]?.subParts?.[2]
  expect(calendar?.headers?.find((h) => h.name === 'Content-Type')?.value.trim()).toBe('text/calendar; method=REQUEST; charset=utf-8')
  const blob = got?.attachments.find((a) => a.type === 'text/calendar')?.blobId ?? ''
  const ics = await (await fetch(`${desk.url}/jmap/download/${await there.account()}/${blob}/x.ics?type=text/calendar`, { headers: { Authorization: `Basic ${Buffer.from(`${other.address}:${other.password}`).toString('base64')}` } })).text()
  checkByPython(ics)
})

/** Debian's icalendar reads it, where it is installed. */
function checkByPython(ics: string): void {
  const script = `
import sys, json
from icalendar import Calendar
c = Calendar.from_ical(sys.stdin.buffer.read())
e = [x for x in c.walk("VEVENT")][0]
people = e["ATTENDEE"] if isinstance(e["ATTENDEE"], list) else [e["ATTENDEE"]]
print(json.dumps([str(c["METHOD"]), str(e["LOCATION"]), e["DTSTART"].dt.isoformat(), e["DTEND"].dt.isoformat(), str(e["ORGANIZER"]), [str(p) for p in people], [p.params["ROLE"] for p in people]]))
`
  expect(ics).toContain('METHOD:REQUEST')
  let out: string
  try {
    out = execFileSync('/usr/bin/python3', ['-c', script], { input: ics, encoding: 'utf8', stdio: ['pipe', 'pipe', 'pipe'] })
  } catch (e) {
    if (/ModuleNotFoundError|ENOENT/.test(String(e))) return console.log('python3-icalendar is not installed: the calendar was not read by it')
    throw e
  }
  const [method, place, start, end, organizer, people, roles] = JSON.parse(out) as [string, string, string, string, string, string[], string[]]
  expect([method, place]).toEqual(['REQUEST', 'Room 301; east wing'])
  expect([start.slice(0, 16), end.slice(0, 16)]).toEqual(['2027-03-02T14:00', '2027-03-02T16:00'])
  expect(organizer).toBe(`mailto:${desk.address}`)
  expect(people).toEqual([`mailto:${other.address}`])
  expect(roles).toEqual(['REQ-PARTICIPANT'])
}

test('on a phone the invitation is shown', async () => {
  const there = { ...desk, address: other.address, password: other.password }
  const { page, context } = await newPage(there, { size: 'phone', language: 'zh-TW' })
  await signIn(page, there)
  await page.getByRole('row', { name: new RegExp(`Council meeting ${run}`) }).click()
  const card = page.getByRole('region', { name: '邀請' })
  await card.getByText('Room 301; east wing').waitFor()
  // Not half under the bar at the foot, where a finger would not aim at it either.
  await page.getByTitle('議程.txt').evaluate((el) => el.scrollIntoView({ block: 'center' }))
  expect(await violations(page)).toEqual([])
  await context.close()
})

test('a draft of an invitation is taken up again as it was left', async () => {
  const id = await until(async () => (await api.find({ subject: `Council meeting ${run}` }))[0]?.id, 'among the sent')
  await api.call('Email/set', { update: { [id]: { mailboxIds: { [await api.box('drafts')]: true }, 'keywords/$draft': true } } })
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.getByRole('treeitem', { name: /^Drafts/ }).first().click()
  await page.getByRole('row', { name: new RegExp(`Council meeting ${run}`) }).click()
  const sheet = page.getByRole('dialog', { name: 'New message' })
  await sheet.getByRole('group', { name: 'Begins' }).waitFor()
  expect(await dayShown(sheet, 'Begins')).toBe('03/02/2027,14:00')
  expect(await sheet.getByLabel('Place').inputValue()).toBe('Room 301; east wing')
  expect(await sheet.getByRole('list', { name: 'Attachments' }).getByRole('listitem').count()).toBe(1)
  await context.close()
})
