import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import { connect } from 'node:net'
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, inject, test } from 'vitest'
import { Api, letter, until } from './api'
import { fillDay, newPage, openDesk, signIn, type Desk } from './harness'

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

let desk: Desk
let api: Api
beforeAll(async () => {
  desk = await openDesk(40)
  api = Api.of(desk)
})
afterAll(() => desk.close())

/** Serious findings of axe on the page as it is shown. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const run = (window as unknown as { axe: { run: (d: Document, o: object) => Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> } }).axe
    const { violations } = await run.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], iframes: false })
    return violations.filter((v) => v.impact === 'serious' || v.impact === 'critical').map((v) => `${v.id} ${v.nodes.map((n) => n.html.slice(0, 150)).join(' | ')}`)
  })
}

/** Lets a letter arrive by SMTP, so that the server's rules see it. */
function smtp(from: string, to: string, subject: string, body = 'Hello'): Promise<void> {
  const port = Number(new URL(inject('office').url).port) - 80 + 25
  const text = letter(subject, body, { From: from, To: to }).replaceAll('\n', '\r\n')
  const lines = ['EHLO e2e.example', `MAIL FROM:<${from}>`, `RCPT TO:<${to}>`, 'DATA', `${text}\r\n.`, 'QUIT']
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1')
    let seen = ''
    socket.setEncoding('utf8').on('error', reject)
    socket.on('data', (chunk: string) => {
      seen += chunk
      for (let end = seen.indexOf('\r\n'); end >= 0; end = seen.indexOf('\r\n')) {
        const line = seen.slice(0, end)
        seen = seen.slice(end + 2)
        if (line[3] === '-') continue
        if (/^[45]/.test(line)) return reject(new Error(line))
        const next = lines.shift()
        if (next === undefined) return socket.end(resolve)
        socket.write(`${next}\r\n`)
      }
    })
  })
}

const boxOf = async (subject: string): Promise<string[]> => {
  const [e] = await until(async () => {
    const found = (await api.find({ subject })).filter((x) => x.subject === subject)
    return found.length > 0 && found
  }, `"${subject}" has come`)
  return Object.keys(e?.mailboxIds ?? {})
}

test('a rule is made from a letter, tried, saved, ordered, and acts on what arrives', async () => {
  const { page, context, errors } = await newPage(desk)
  const sender = `rules${Date.now()}@outside.example`
  const archive = await api.box('archive')
  await api.deliver(letter('Rule me', 'Hello', { From: `Rita Rule <${sender}>` }))
  await signIn(page, desk)
  await page.getByRole('row', { name: /Rule me/ }).click()
  await page.getByRole('button', { name: 'More about the message from Rita Rule' }).click()
  await page.getByRole('menuitem', { name: 'Make a rule from this' }).click()
  const form = page.getByRole('dialog')
  await form.getByLabel('Name').waitFor()
  expect(await form.getByLabel('Name').inputValue()).toBe('Rita Rule')
  // What is missing is said, and nothing is saved.
  await form.getByRole('button', { name: 'Save' }).click()
  await form.getByRole('alert').waitFor()
  await form.getByLabel('Folder').selectOption(archive)
  await form.getByRole('button', { name: 'Try on recent mail' }).click()
  await form.getByText(/1 of the newest/).waitFor()
  expect(await findings(page)).toEqual([])
  await form.getByRole('button', { name: 'Save' }).click()
  const list = page.getByRole('list', { name: 'Rules' })
  await page.getByRole('button', { name: 'Out of office' }).waitFor()
  await list.getByText('If from is').waitFor()

  await smtp(sender, desk.address, 'Ruled letter')
  expect(await boxOf('Ruled letter')).toEqual([archive])

  // A second rule, moved to the top by keyboard.
  await page.getByRole('button', { name: 'New rule' }).click()
  await form.getByLabel('Name').fill('Second')
  await form.getByLabel('Text', { exact: true }).fill('second')
  await form.getByRole('combobox', { name: 'Action' }).selectOption('flag')
  await form.getByRole('button', { name: 'Save' }).click()
  await list.getByRole('listitem').nth(1).waitFor()
  await list.getByRole('button', { name: /^Second/ }).focus()
  await page.keyboard.press('Alt+ArrowUp')
  await until(async () => (await list.getByRole('listitem').first().innerText()).includes('Second'), 'the second rule is first')

  // Forwarding outside is refused in words.
  await page.getByRole('button', { name: 'Edit “Second”' }).click()
  await form.getByRole('combobox', { name: 'Action' }).selectOption('forwardTo')
  await form.getByPlaceholder('Colleague’s address').fill('me@gmail.example')
  await form.getByRole('button', { name: 'Save' }).click()
  await page.getByText(/outside the organisation/).waitFor()
  await form.getByRole('button', { name: 'Cancel' }).click()

  // Applied to letters that are there.
  await page.getByRole('button', { name: 'Apply to a folder' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Apply', exact: true }).click()
  await page.getByText(/^Done:/).waitFor()
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).last().click()
  expect(await boxOf('Rule me')).toEqual([archive])
  expect(await findings(page)).toEqual([])

  // Deleted, and back.
  await page.getByRole('button', { name: 'Delete “Second”' }).click()
  await until(async () => (await list.getByRole('listitem').count()) === 1, 'one rule is left')
  await page.getByRole('button', { name: 'Undo' }).click()
  await until(async () => (await list.getByRole('listitem').count()) === 2, 'it is back')
  expect(errors.filter((e) => !e.includes('401'))).toEqual([])
  await context.close()
})

test('an expert writes a script; errors have lines, and the rules say that they are off', async () => {
  const { page, context } = await newPage(desk)
  await signIn(page, desk)
  await page.goto(`${desk.url}/settings/rules`)
  await page.getByText('Script (for experts)').click()
  const code = page.getByRole('textbox', { name: 'Script (for experts)' })
  await code.fill('require "fileinto";\nif header :contains "subject" { keep; }\n')
  await page.getByRole('button', { name: 'Check' }).click()
  await page.getByText(/line 2, column 4/).waitFor()
  await code.fill('redirect "me@gmail.example";\n')
  await page.getByRole('button', { name: 'Save and use' }).click()
  await page.getByText(/line 1, column 10.*outside/).waitFor()
  await code.fill('require "fileinto";\nif header :contains "subject" "scripted" { fileinto "Junk"; }\n')
  await page.getByRole('button', { name: 'Save and use' }).click()
  await page.getByText(/is in use, so these rules are off/).waitFor()
  expect(await findings(page)).toEqual([])
  await smtp('someone@outside.example', desk.address, 'scripted letter')
  expect(await boxOf('scripted letter')).toEqual([await api.box('junk')])
  await page.getByRole('button', { name: 'Use the rules instead' }).click()
  await until(async () => (await page.getByText(/so these rules are off/).count()) === 0, 'the rules are on again')
  await context.close()
})

test('out of office on a phone: dates, other words outside, and a note in every room', async () => {
  const { page, context } = await newPage(desk, { size: 'phone' })
  await signIn(page, desk)
  await page.goto(`${desk.url}/settings/away`)
  await page.getByRole('switch', { name: 'Answer letters automatically' }).click()
  await fillDay(page, 'From', '2020-01-02T08:00')
  await fillDay(page, 'Until', '2020-01-01T08:00')
  await page.getByText('The end must be after the beginning.').waitFor()
  await fillDay(page, 'Until', '')
  await page.getByLabel('Text', { exact: true }).fill('Call 1234.')
  await page.getByLabel('Senders outside get').selectOption('other')
  await page.getByLabel('Text for outside').fill('Write to the desk.')
  await page.getByRole('button', { name: 'Save' }).click()
  await page.getByText('Your letters are being answered automatically.').waitFor()
  expect(await findings(page)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
  await page.goto(desk.url)
  await page.getByText('Your letters are being answered automatically.').waitFor()
  await page.getByRole('button', { name: 'Change' }).click()
  await page.getByRole('switch', { name: 'Answer letters automatically' }).click()
  await until(async () => (await page.getByText('Your letters are being answered automatically.').count()) === 0, 'the note is gone')
  await context.close()
})
