import type { Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { findings } from './axe'
import { newPage, type Desk, type Size } from './harness'
import { ownOffice, type OwnOffice } from './own-office'

// Rules hold for everybody: the office is this test's own.
let office: OwnOffice
beforeAll(async () => {
  office = await ownOffice(['guard', 'second', 'ann', 'bob'], {})
  for (const who of ['guard', 'second']) office.run(['role', 'grant', `${who}@city.example`, 'security'])
})
afterAll(() => office.close())

const signIn = async (page: Page, who: Desk): Promise<void> => {
  await page.goto(who.url)
  await page.locator('input[name=address]').fill(who.address)
  await page.locator('input[name=password]').fill(who.password)
  await page.locator('button[type=submit]').click()
  await page.getByRole('button', { name: 'New message' }).waitFor()
}

const enter = async (name: string, size: Size): Promise<{ page: Page; close: () => Promise<void> }> => {
  const who = office.desk(name)
  const { page, context, errors } = await newPage(who, { size, language: 'en' })
  await signIn(page, who)
  await page.goto(`${office.url}/console/mailrules`)
  await page.getByRole('heading', { name: 'Rules for mail', level: 1 }).waitFor()
  return { page, close: async () => { expect(errors.filter((e) => !e.includes('401'))).toEqual([]); await context.close() } }
}

/** Nothing scrolls two ways, and axe finds nothing. */
const fits = async (page: Page, where: string): Promise<void> => {
  expect(await findings(page, where)).toEqual([])
  expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true)
}

const shot = async (page: Page, name: string): Promise<void> => {
  const dir = process.env['SHOTS']
  if (dir) await page.screenshot({ path: `${dir}/mailrules-${name}.png` })
}

test('two administrators make a rule for letters, after it was tried on what was sent', async () => {
  // Two letters go out that the rule is about or not.
  const ann = office.desk('ann')
  const writer = await newPage(ann, { language: 'en' })
  await signIn(writer.page, ann)
  for (const [subject, text] of [['Phoenix', 'The budget of project phoenix.'], ['Lunch', 'At noon?']] as const) {
    await writer.page.getByRole('button', { name: 'New message' }).click()
    const sheet = writer.page.getByRole('dialog', { name: 'New message' })
    await sheet.getByLabel('To', { exact: true }).fill('bob@city.example')
    await sheet.getByLabel('Subject').fill(subject)
    await sheet.locator('[data-body], [contenteditable=true]').first().fill(text)
    await writer.page.keyboard.press('Control+Enter')
    await writer.page.getByText('Message sent').first().waitFor()
    await sheet.waitFor({ state: 'detached' })
  }
  await writer.context.close()

  const guard = await enter('guard', 'desktop')
  await guard.page.getByText('No rules for mail yet').waitFor()
  await fits(guard.page, 'no rules')
  await shot(guard.page, 'empty')
  await guard.page.getByRole('button', { name: 'Add a rule' }).click()
  const form = guard.page.getByRole('dialog', { name: 'Add a rule' })
  const ask = form.getByRole('button', { name: 'Ask for the change' })
  await ask.click()
  await form.getByText('Give the rule a name.').waitFor()
  await form.getByLabel('Name of the rule').fill('Project Phoenix')
  await ask.click()
  await form.getByText('Choose what happens to the letters.').waitFor()
  await form.getByRole('switch', { name: 'Somebody outside the organisation gets it' }).click()
  await form.getByLabel('Words', { exact: true }).fill('project phoenix, 鳳凰計畫,')
  await form.getByRole('button', { name: 'Remove 鳳凰計畫' }).waitFor()
  await form.getByLabel('Addresses of senders', { exact: true }).fill('nobody')
  await form.getByLabel('Addresses of senders', { exact: true }).press('Enter')
  await form.getByRole('alert').filter({ hasText: 'Write name@domain' }).waitFor()
  await form.getByLabel('Addresses of senders', { exact: true }).fill('')
  await form.getByRole('switch', { name: 'Review before delivery' }).click()
  const decides = form.getByLabel('Step 1: who decides')
  await decides.fill('bob@city.example')
  await decides.press('Enter')
  await form.getByRole('button', { name: /^Remove bob/ }).waitFor()
  await form.getByRole('switch', { name: 'The head of the sender’s unit' }).click()
  await form.getByText('review by bob@city.example or the head of the sender’s unit before delivery.').waitFor()
  await form.getByLabel('Files', { exact: true }).selectOption({ label: 'That cannot be looked into' })
  await form.getByText('and have a file that cannot be looked into: review by').waitFor()
  await shot(guard.page, 'reviewers')
  await form.getByLabel('Files', { exact: true }).selectOption({ label: 'Do not matter' })
  await form.getByRole('switch', { name: 'The head of the sender’s unit' }).click()
  await form.getByLabel('Hours to decide').fill('8')
  await form.getByLabel('When nobody decides in time').selectOption('refuse')
  await form.getByText('Letters that are written here and hold “project phoenix” or “鳳凰計畫”: review by bob@city.example before delivery.').waitFor()
  await form.getByRole('button', { name: 'Try on last month’s mail' }).click()
  await form.getByText('Would have touched 1 letter of 2').waitFor()
  await form.getByText('ann@city.example').waitFor()
  await fits(guard.page, 'form')
  await shot(guard.page, 'form')
  await ask.click()
  await form.getByText('Give a reason').waitFor()
  await form.getByLabel('Reason', { exact: true }).fill('The council asked for it')
  await form.getByLabel('Copy to a monitor mailbox').fill('nowhere@city.example')
  await ask.click()
  await form.getByText('nowhere@city.example cannot stand here').waitFor()
  await form.getByLabel('Copy to a monitor mailbox').fill('')
  await ask.click()
  await form.waitFor({ state: 'detached' })
  const waiting = guard.page.getByRole('group', { name: 'Change of “Project Phoenix” that waits' })
  await waiting.getByText('You asked for this.').waitFor()
  await guard.page.getByText('Not in force yet').waitFor()
  expect(await waiting.getByRole('button', { name: 'Agree' }).count()).toBe(0)
  await fits(guard.page, 'a change that waits')
  await shot(guard.page, 'waiting')

  // The other one agrees, on a telephone.
  const second = await enter('second', 'phone')
  const theirs = second.page.getByRole('group', { name: 'Change of “Project Phoenix” that waits' })
  await theirs.getByText('guard@city.example').waitFor()
  await theirs.getByText('Reason: The council asked for it').waitFor()
  await fits(second.page, 'to decide, on a telephone')
  await shot(second.page, 'phone-waiting')
  await theirs.getByRole('button', { name: 'Agree' }).click()
  await theirs.waitFor({ state: 'detached' })
  await second.page.getByText('After 8 hours it is refused').waitFor()
  expect(await second.page.getByText('Not in force yet').count()).toBe(0)
  await shot(second.page, 'phone-list')

  // To remove it waits as well; it is refused with a reason, and asked for again and taken back.
  await second.page.getByRole('button', { name: 'Remove Project Phoenix' }).click()
  const remove = second.page.getByRole('dialog', { name: 'Remove “Project Phoenix”' })
  await remove.getByLabel('Reason', { exact: true }).fill('Done')
  await fits(second.page, 'to remove, on a telephone')
  await remove.getByRole('button', { name: 'Ask for the change' }).click()
  await theirs.getByText('The rule would be removed.').waitFor()
  await guard.page.reload()
  await waiting.getByRole('button', { name: 'Refuse' }).click()
  const no = guard.page.getByRole('dialog', { name: 'Refuse the change' })
  await no.getByLabel('Reason', { exact: true }).fill('Not yet')
  await no.getByRole('button', { name: 'Refuse' }).click()
  await waiting.waitFor({ state: 'detached' })
  await guard.page.getByRole('button', { name: 'Change Project Phoenix' }).click()
  const again = guard.page.getByRole('dialog', { name: 'Change the rule' })
  await again.getByRole('switch', { name: 'Rule is in use' }).click()
  await again.getByLabel('Reason', { exact: true }).fill('A pause')
  await again.getByRole('button', { name: 'Ask for the change' }).click()
  await waiting.getByText('It would then say: Project Phoenix').waitFor()
  await waiting.getByText('(Off)').waitFor()
  await waiting.getByRole('button', { name: 'Take it back' }).click()
  await waiting.waitFor({ state: 'detached' })
  await guard.close()

  // The form on a telephone.
  await second.page.reload()
  await second.page.getByRole('button', { name: 'Change Project Phoenix' }).click()
  await second.page.getByRole('dialog', { name: 'Change the rule' }).waitFor()
  await fits(second.page, 'form on a telephone')
  await shot(second.page, 'phone-form')
  await second.close()
})
