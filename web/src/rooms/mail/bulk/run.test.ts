import { describe, expect, test, vi } from 'vitest'
import type { Email } from '~/api/jmap'
import { officeEngine } from '~/kit/testing/office-engine'
import { movePatches } from '../acts'
import * as jobs from './jobs'
import { bulk } from './run'

const work = (x: Awaited<ReturnType<typeof officeEngine>>) => ({ engine: x.engine, account: x.account, title: 'Moving', undoTitle: 'Undoing' })
const sets = (x: Awaited<ReturnType<typeof officeEngine>>): number[] =>
  x.fake.requests.flat().filter(([name]) => name === 'Email/set').map(([, a]) => Object.keys((a['update'] ?? a['destroy'] ?? {}) as object).length)
const inBox = (x: Awaited<ReturnType<typeof officeEngine>>, box: string): number => [...x.fake.office.emails.values()].filter((e) => e.mailboxIds[box]).length

describe('bulk', () => {
  test('moves every letter of a folder in chunks, though the list empties under it', async () => {
    const x = await officeEngine(1100)
    const before = inBox(x, 'inbox')
    await bulk(work(x), { inMailbox: 'inbox' }, { kind: 'change', patch: (e: Email) => movePatches([e], 'inbox', 'archive').get(e.id) ?? {} })
    expect(inBox(x, 'inbox')).toBe(0)
    expect(inBox(x, 'archive')).toBe(before)
    expect(Math.max(...sets(x))).toBeLessThanOrEqual(250)
    expect(sets(x).reduce((n, k) => n + k, 0)).toBe(before)
  })

  test('what is so already is not written again', async () => {
    const x = await officeEngine(0)
    await bulk(work(x), { inMailbox: 'inbox' }, { kind: 'change', patch: () => ({}) })
    expect(sets(x)).toEqual([])
  })

  test('destroys for good', async () => {
    const x = await officeEngine(300)
    expect(await bulk(work(x), { inMailbox: 'inbox' }, { kind: 'destroy' })).toBe(true)
    expect(inBox(x, 'inbox')).toBe(0)
  })

  test('stopped half-way it says so, so that nobody takes what is left for gone', async () => {
    const x = await officeEngine(600)
    const show = vi.spyOn(jobs, 'showJob').mockImplementation((j) => void (j.done > 0 && j.state === 'running' && j.stop()))
    expect(await bulk(work(x), { inMailbox: 'inbox' }, { kind: 'destroy' })).toBe(false)
    expect(inBox(x, 'inbox')).toBeGreaterThan(0)
    show.mockRestore()
  })
})
