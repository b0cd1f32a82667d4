import { describe, expect, test } from 'vitest'
import { Outbox, type Deed, type OutboxState } from './outbox'
import { patched, type Ask } from './patch'

/** A server that keeps what it is told, and whose answers can be lost on the way. */
class Server {
  emails = new Map<string, string>()
  sent: string[] = []
  calls: string[] = []
  /** Loses the answer of the call of this number, after doing it. */
  loseAnswer = new Set<number>()
  down = false
  private n = 0

  ask: Ask = async <T>(name: string, args: Record<string, unknown>): Promise<T> => {
    if (this.down) throw new TypeError('no line')
    this.calls.push(name)
    const answer = this.do(name, args)
    if (this.loseAnswer.has(this.n++)) throw new TypeError('lost')
    return answer as T
  }

  private do(name: string, args: Record<string, unknown>): unknown {
    if (name === 'Email/query') {
      const [, id] = (args['filter'] as { header: [string, string] }).header
      return { ids: [...this.emails].filter(([, m]) => m === id).map(([e]) => e) }
    }
    if (name === 'EmailSubmission/query') return { ids: this.sent.filter((e) => JSON.stringify(args['filter']).includes(e)) }
    if (name === 'EmailSubmission/set') {
      const { emailId } = (args['create'] as { s: { emailId: string } }).s
      this.sent.push(emailId)
      return { created: { s: { id: `S${this.sent.length}` } } }
    }
    const create = args['create'] as { d: { messageId: string[]; bad?: boolean } } | undefined
    if (create?.d.bad) return { notCreated: { d: { type: 'overQuota' } } }
    if (create) {
      const id = `E${this.emails.size + 1}`
      this.emails.set(id, create.d.messageId[0] as string)
      return { created: { d: { id } } }
    }
    return { updated: args['update'], destroyed: args['destroy'] }
  }
}

const create = (id: string, messageId: string): Deed => ({ kind: 'create', id, email: { messageId: [messageId], subject: 'x' } })
const submit = (id: string, emailId: string): Deed => ({ kind: 'submit', id, emailId, create: {}, onSuccess: {} })

function box(): { outbox: Outbox; saved: () => OutboxState } {
  let kept = ''
  const outbox = new Outbox({ accountId: 'A', entries: [], ids: {} }, { keep: async (s) => void (kept = JSON.stringify(s)) })
  return { outbox, saved: () => JSON.parse(kept) as OutboxState }
}
const none = (): void => {
  throw new Error('nothing should be refused')
}

describe('Outbox', () => {
  test('a letter written without a line is made and sent, once', async () => {
    const { outbox } = box()
    const server = new Server()
    await outbox.add(create('local-1', 'm1'))
    await outbox.add(submit('local-s', 'local-1'))
    expect([outbox.size, outbox.waiting]).toEqual([2, 1])
    expect(await outbox.drain(server.ask, none)).toBe(2)
    expect([[...server.emails.values()], server.sent]).toEqual([['m1'], ['E1']])
    expect(await outbox.drain(server.ask, none)).toBe(0)
  })

  test.each([0, 1, 2, 3, 4, 5])('exactly once when the answer of call %i is lost, even over a restart', async (lost) => {
    const { outbox, saved } = box()
    const server = new Server()
    server.loseAnswer.add(lost)
    await outbox.add(create('local-1', 'm1'))
    await outbox.add(submit('local-s', 'local-1'))
    await outbox.drain(server.ask, none).catch(() => {})
    // The page is closed; what was kept is taken up by another.
    const again = new Outbox(saved(), { keep: async () => {} })
    await again.drain(server.ask, none)
    expect([...server.emails.values()]).toEqual(['m1'])
    expect(server.sent).toEqual(['E1'])
    expect(again.size).toBe(0)
  })

  test('a deed that may have been done already is looked up first', async () => {
    const { outbox } = box()
    const server = new Server()
    server.emails.set('E9', 'm1')
    await outbox.add(create('local-1', 'm1'), true)
    await outbox.add(submit('local-s', 'local-1'))
    await outbox.drain(server.ask, none)
    expect([server.emails.size, server.sent]).toEqual([1, ['E9']])
  })

  test('nothing is lost while the line is down', async () => {
    const { outbox } = box()
    const server = new Server()
    server.down = true
    await outbox.add(create('local-1', 'm1'))
    await expect(outbox.drain(server.ask, none)).rejects.toThrow('no line')
    expect(outbox.size).toBe(1)
    server.down = false
    expect(await outbox.drain(server.ask, none)).toBe(1)
  })

  test('a draft that was written anew or thrown away is never made, nor sent', async () => {
    const { outbox } = box()
    await outbox.add(create('local-1', 'm1'))
    await outbox.add(submit('local-s', 'local-1'))
    await outbox.add({ kind: 'destroy', id: 'local-1' })
    expect(outbox.size).toBe(0)
  })

  test('a letter can be called back before it is sent', async () => {
    const { outbox } = box()
    await outbox.add(create('local-1', 'm1'))
    await outbox.add(submit('local-s', 'local-1'))
    expect(await outbox.cancel('local-s')).toBe(true)
    expect([outbox.size, await outbox.cancel('local-s')]).toEqual([1, false])
  })

  test('what the server refuses is told and does not hold up the rest', async () => {
    const { outbox } = box()
    const server = new Server()
    const refused: string[] = []
    await outbox.add({ kind: 'create', id: 'local-1', email: { messageId: ['m1'], bad: true } })
    await outbox.add(submit('local-s', 'local-1'))
    await outbox.add(create('local-2', 'm2'))
    await outbox.drain(server.ask, (d, why) => refused.push(`${d.kind} ${why}`))
    expect(refused).toEqual(['create overQuota', 'submit notFound'])
    expect([...server.emails.values()]).toEqual(['m2'])
  })

  test('a change of a letter made here becomes a part of it', async () => {
    const { outbox } = box()
    await outbox.add(create('local-1', 'm1'))
    await outbox.add({ kind: 'update', id: 'local-1', patch: { 'keywords/$seen': true } })
    expect(outbox.size).toBe(1)
    expect(outbox.state.entries[0]?.deed).toMatchObject({ email: { keywords: { $seen: true } } })
  })
})

test.each([
  [{ a: { x: true } }, { 'a/x': null, 'a/y': true }, { a: { y: true } }],
  [{ a: 1 }, { a: 2, b: 'c' }, { a: 2, b: 'c' }],
  [{ k: {} }, { 'k/~1~0': true }, { k: { '/~': true } }],
])('%j patched by %j', (value, patch, want) => expect(patched(value, patch)).toEqual(want))

describe('two tabs', () => {
  /** One place that both write to, one after the other, as navigator.locks has it. */
  function shared(): { tab: () => Outbox; kept: () => OutboxState } {
    let kept: string | undefined
    let turn: Promise<unknown> = Promise.resolve()
    const place = {
      keep: async (s: OutboxState) => void (kept = JSON.stringify(s)),
      load: async () => (kept === undefined ? undefined : (JSON.parse(kept) as OutboxState)),
      alone: <T>(job: () => Promise<T>): Promise<T> => {
        const mine = turn.then(job)
        turn = mine.catch(() => {})
        return mine
      },
    }
    return { tab: () => new Outbox({ accountId: 'A', entries: [], ids: {} }, place), kept: () => JSON.parse(kept ?? 'null') as OutboxState }
  }

  test('neither writes over what the other keeps, and one of them does it all', async () => {
    const { tab, kept } = shared()
    const [a, b] = [tab(), tab()]
    await Promise.all([a.add(create('local-1', 'm1')), b.add(create('local-2', 'm2')), a.add(submit('local-s', 'local-1')), b.add(submit('local-t', 'local-2'))])
    expect(kept().entries).toHaveLength(4)
    const server = new Server()
    expect(await a.drain(server.ask, none)).toBe(4)
    expect([[...server.emails.values()].sort(), server.sent.length]).toEqual([['m1', 'm2'], 2])
    expect(await b.drain(server.ask, none)).toBe(0)
  })

  test('what is changed while a draft is on its way comes after it', async () => {
    const { tab } = shared()
    const [a, b] = [tab(), tab()]
    await a.add(create('local-1', 'm1'))
    const server = new Server()
    const updates: unknown[] = []
    const slow: Ask = async <T>(name: string, args: Record<string, unknown>): Promise<T> => {
      if (args['create']) await b.add({ kind: 'update', id: 'local-1', patch: { subject: 'later' } })
      if (args['update']) updates.push(args['update'])
      return server.ask<T>(name, args)
    }
    expect(await a.drain(slow, none)).toBe(2)
    expect(updates).toEqual([{ E1: { subject: 'later' } }])
  })

  test('what could not be kept is not lost to an older state', async () => {
    const { tab } = shared()
    const a = tab()
    const place = (a as unknown as { place: { keep: (s: OutboxState) => Promise<void> } }).place
    const keep = place.keep
    place.keep = () => Promise.reject(new DOMException('full', 'QuotaExceededError'))
    await expect(a.add(create('local-1', 'm1'))).rejects.toThrow('full')
    place.keep = keep
    await a.again()
    expect(a.size).toBe(1)
    expect(await a.drain(new Server().ask, none)).toBe(1)
  })
})
