import { describe, expect, test } from 'vitest'
import { officeEngine } from '~/kit/testing/office-engine'
import { change, junkPatches, keywordPatches, movePatches } from './acts'
import { applyPatch, inversePatch, key } from './patch'

async function inbox() {
  const o = await officeEngine()
  const view = o.engine.view(o.account, { inMailbox: 'inbox' }, true)
  await view.ensure(0, 20)
  const first = view.rows[0] as string
  const thread = o.account.threadEmails(o.account.emails.get(first)?.threadId ?? '')
  return { ...o, view, first, thread, here: thread.filter((e) => e.mailboxIds['inbox']) }
}

describe('change', () => {
  test('shows at once, agrees with the server later, and can be undone', async () => {
    const { engine, account, view, first, here, fake } = await inbox()
    const unread = account.mailboxes.get('inbox')?.unreadEmails ?? 0
    const c = change(engine, account, movePatches(here, 'inbox', 'archive'))
    expect(view.rows).not.toContain(first)
    expect(account.mailboxes.get('inbox')?.unreadEmails).toBe(unread - 1)
    expect(account.mailboxes.get('archive')?.totalEmails).toBe(2)
    await c.done
    expect(fake.office.emails.get(first)?.mailboxIds).toEqual({ archive: true })
    expect(view.rows).not.toContain(first)
    expect(account.mailboxes.get('inbox')?.unreadEmails).toBe(unread - 1)
    await change(engine, account, c.back).done
    expect(fake.office.emails.get(first)?.mailboxIds).toEqual({ inbox: true })
    expect(view.rows[0]).toBe(first)
  })

  test('is put back in full when refused', async () => {
    const { engine, account, view, here, fake } = await inbox()
    const rows = [...view.rows]
    const counts = account.mailboxes.get('inbox')
    fake.refuseNextSet = 'forbidden'
    const c = change(engine, account, movePatches(here, 'inbox', 'trash'))
    await expect(c.done).rejects.toMatchObject({ kind: 'refused' })
    expect(view.rows).toEqual(rows)
    expect(account.mailboxes.get('inbox')).toEqual(counts)
    expect(here.map((e) => account.emails.get(e.id)?.mailboxIds)).toEqual(here.map(() => ({ inbox: true })))
  })

  test('a conversation stays in the list while one of its letters stays', async () => {
    const { engine, account, view, first, here } = await inbox()
    expect(here).toHaveLength(2)
    const c = change(engine, account, movePatches(here.slice(0, 1), 'inbox', 'archive'))
    expect(view.rows).toContain(first)
    await c.done
    expect(view.rows).toContain(first)
  })

  test('reading changes the figures and nothing else', async () => {
    const { engine, account, view, here } = await inbox()
    const before = account.mailboxes.get('inbox')
    const rows = [...view.rows]
    const c = change(engine, account, keywordPatches(here, '$seen', true))
    expect(account.mailboxes.get('inbox')?.unreadEmails).toBe((before?.unreadEmails ?? 0) - 1)
    expect(account.mailboxes.get('inbox')?.totalEmails).toBe(before?.totalEmails)
    await c.done
    expect(view.rows).toEqual(rows)
  })
})

describe('patches', () => {
  test('moving from one folder keeps the others', async () => {
    const { here } = await inbox()
    const email = { ...(here[0] as (typeof here)[number]), mailboxIds: { inbox: true, projects: true } as Record<string, true> }
    const patch = movePatches([email], 'inbox', 'archive').get(email.id) ?? {}
    expect(applyPatch(email, patch).mailboxIds).toEqual({ archive: true, projects: true })
    expect(applyPatch(applyPatch(email, patch), inversePatch(email, patch))).toEqual(email)
  })

  test('junk teaches the filter both ways', async () => {
    const { here } = await inbox()
    const [id, patch] = [...junkPatches(here.slice(0, 1), 'inbox', 'junk', true)][0] ?? []
    expect(id).toBe(here[0]?.id)
    expect(patch).toEqual({ 'mailboxIds/junk': true, 'mailboxIds/inbox': null, 'keywords/$junk': true, 'keywords/$notjunk': null })
  })

  test('keys are escaped as JSON pointers are', () => {
    expect(key('keywords', 'a/b~c')).toBe('keywords/a~1b~0c')
  })
})
