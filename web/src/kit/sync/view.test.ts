import { describe, expect, test, vi } from 'vitest'
import { officeEngine } from '~/kit/testing/office-engine'

const inbox = { inMailbox: 'inbox' }

describe('QueryView', () => {
  test('knows the total and fetches only where one looks', async () => {
    const { engine, account, fake } = await officeEngine(1000)
    const view = engine.view(account, inbox, true)
    expect(view.total).toBeUndefined()
    await view.ensure(0, 20)
    expect(view.total).toBe(1007)
    expect(view.rows).toHaveLength(1007)
    expect(view.rows[49]).toBeDefined()
    expect(view.rows[50]).toBeUndefined()
    await view.ensure(600, 620)
    expect(view.rows[610]).toBeDefined()
    expect(view.rows[500]).toBeUndefined()
    const queries = fake.requests.flat().filter((c) => c[0] === 'Email/query')
    expect(queries).toHaveLength(2)
  })

  test('asks once for a window that is on its way', async () => {
    const { engine, account, fake } = await officeEngine()
    const view = engine.view(account, inbox, true)
    await Promise.all([view.ensure(0, 20), view.ensure(0, 20), view.ensure(5, 30)])
    expect(fake.requests.flat().filter((c) => c[0] === 'Email/query')).toHaveLength(1)
  })

  test('new mail comes in at the top by queryChanges', async () => {
    const { engine, account, fake } = await officeEngine(200)
    const view = engine.view(account, inbox, true)
    await view.ensure(0, 20)
    const first = view.rows[0]
    const id = fake.deliver('news', 'hello')
    await engine.sync(account.id)
    expect(view.rows[0]).toBe(id)
    expect(view.rows[1]).toBe(first)
    expect(view.total).toBe(208)
    expect(account.emails.get(id)?.subject).toBe('news')
    expect(account.mailboxes.get('inbox')?.totalEmails).toBe(209)
    const names = fake.requests.flat().map((c) => c[0])
    expect(names.filter((n) => n === 'Email/query')).toHaveLength(1)
  })

  test('far windows move along and are read again when they are looked at', async () => {
    const { engine, account, fake } = await officeEngine(300)
    const view = engine.view(account, inbox, true)
    await view.ensure(0, 20)
    await view.ensure(200, 220)
    const was = view.rows[210]
    fake.deliver('news', 'hello')
    await engine.sync(account.id)
    expect(view.rows[211]).toBe(was)
    expect(view.rows.filter((x, i) => x !== undefined && view.rows.indexOf(x) !== i)).toEqual([])
  })

  test('hidden rows are gone at once and come back in their place', async () => {
    const { engine, account } = await officeEngine()
    const view = engine.view(account, inbox, true)
    await view.ensure(0, 20)
    const rows = [...view.rows]
    const show = view.hide([rows[2] as string])
    expect(view.rows).toEqual(rows.filter((_, i) => i !== 2))
    show()
    show()
    expect(view.rows).toEqual(rows)
  })

  test('an unreadable answer is an error, not an empty list', async () => {
    const { engine, account, fake } = await officeEngine()
    const view = engine.view(account, inbox, true)
    fake.handle = () => {
      throw new Error('broken')
    }
    await view.ensure(0, 20)
    expect(view.total).toBeUndefined()
    expect(view.error?.kind).toBe('server')
  })

  test('a page that was asked for before changes were taken over does not bring the old list back', async () => {
    const { engine, account, fake } = await officeEngine(200)
    const view = engine.view(account, inbox, true)
    await view.ensure(0, 20)
    const add = engine.transport.group.bind(engine.transport)
    let go: (() => void) | undefined
    // The next page's answer is held back on the line.
    engine.transport.group = () => {
      const g = add()
      const real = g.add.bind(g)
      g.add = ((name: string, args: Record<string, unknown>) => {
        const p = real(name, args)
        if (name !== 'Email/query' || go) return p
        const held = new Promise<void>((r) => (go = r))
        return { ...p, result: Promise.all([p.result, held]).then(([r]) => r), ref: p.ref }
      }) as typeof g.add
      return g
    }
    const page = view.ensure(60, 70)
    await new Promise((r) => setTimeout(r, 5))
    const id = fake.deliver('news', 'hello')
    const sync = engine.sync(account.id) // it ends when the page is there
    await vi.waitFor(() => expect(view.rows[0]).toBe(id))
    go?.()
    await Promise.all([page, sync])
    expect(view.rows[0]).toBe(id)
    expect(view.total).toBe(208)
    const known = view.rows.filter((x) => x !== undefined)
    expect(new Set(known).size).toBe(known.length)
  })

  test('an email asked for before a change does not come back as it was', async () => {
    const { engine, account, fake } = await officeEngine(20)
    const view = engine.view(account, inbox, false)
    await view.ensure(0, 20)
    const id = view.rows[0] as string
    const call = engine.transport.call.bind(engine.transport)
    let go: (() => void) | undefined
    engine.transport.call = (async (name: string, args: Record<string, unknown>) => {
      const r = await call(name, args)
      if (name === 'Email/get' && !go) await new Promise<void>((done) => (go = done))
      return r
    }) as typeof engine.transport.call
    const body = engine.loadBodies(account, [id])
    await vi.waitFor(() => expect(go).toBeDefined())
    fake.handle([['Email/set', { accountId: account.id, update: { [id]: { 'keywords/$flagged': true } } }, 'x']])
    await engine.sync(account.id)
    expect(account.emails.get(id)?.keywords['$flagged']).toBe(true)
    go?.()
    await body
    expect(account.emails.get(id)?.keywords['$flagged']).toBe(true)
    expect(engine.hasBody(account, id)).toBe(true)
  })
})
