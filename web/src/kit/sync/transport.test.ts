import { describe, expect, test } from 'vitest'
import type { Session } from '~/api/jmap'
import { FakeJmap } from '~/kit/testing/fake'
import { SyncError } from './errors'
import { Transport, type Fetch } from './transport'

const session: Session = { ...new FakeJmap().session('http://x'), capabilities: { 'urn:ietf:params:jmap:core': { maxCallsInRequest: 4 } } }

interface Sent {
  methodCalls: [string, Record<string, unknown>, string][]
}

function server(answer: (s: Sent) => unknown, status = 200): { fetcher: Fetch; sent: Sent[] } {
  const sent: Sent[] = []
  const fetcher: Fetch = async (_, init) => {
    const body = JSON.parse(String(init?.body)) as Sent
    sent.push(body)
    return new Response(JSON.stringify(answer(body)), { status, headers: { 'Content-Type': 'application/json' } })
  }
  return { fetcher, sent }
}
const echo = (s: Sent): unknown => ({ methodResponses: s.methodCalls.map(([n, a, id]) => [n, { echoed: a }, id]) })

describe('Transport', () => {
  test('calls of one turn travel in one request', async () => {
    const { fetcher, sent } = server(echo)
    const t = new Transport(session, fetcher)
    const [a, b] = await Promise.all([t.call<{ echoed: unknown }>('A/get', { n: 1 }), t.call<{ echoed: unknown }>('B/get', { n: 2 })])
    expect(sent).toHaveLength(1)
    expect([a.echoed, b.echoed]).toEqual([{ n: 1 }, { n: 2 }])
  })

  test('groups are never divided, whatever the limit on calls', async () => {
    const { fetcher, sent } = server(echo)
    const t = new Transport(session, fetcher)
    const groups = [1, 2, 3].map(() => {
      const g = t.group()
      const q = g.add('Email/query', {})
      return g.add('Email/get', { '#ids': q.ref('/ids') }).result.then(() => q.id)
    })
    await Promise.all(groups)
    expect(sent.map((s) => s.methodCalls.length)).toEqual([4, 2])
    for (const s of sent) {
      for (const [, args] of s.methodCalls) {
        const ref = args['#ids'] as { resultOf: string } | undefined
        if (ref) expect(s.methodCalls.map((c) => c[2])).toContain(ref.resultOf)
      }
    }
  })

  test('a method error rejects that call alone', async () => {
    const { fetcher } = server((s) => ({
      methodResponses: s.methodCalls.map(([n, , id]) => (n === 'Bad/get' ? ['error', { type: 'accountNotFound', description: 'no' }, id] : [n, {}, id])),
    }))
    const t = new Transport(session, fetcher)
    const [bad, good] = await Promise.allSettled([t.call('Bad/get', {}), t.call('Good/get', {})])
    expect(bad).toMatchObject({ status: 'rejected', reason: { kind: 'gone', type: 'accountNotFound' } })
    expect(good.status).toBe('fulfilled')
  })

  test('the implicit second answer of a submission does not stand for the first', async () => {
    const { fetcher } = server((s) => ({
      methodResponses: s.methodCalls.flatMap(([n, , id]) => [['Email/set', { implicit: true }, id], [n, { own: true }, id]]),
    }))
    await expect(new Transport(session, fetcher).call('EmailSubmission/set', {})).resolves.toEqual({ own: true })
  })

  test.each([
    [401, 'signedOut'], [403, 'refused'], [413, 'tooLarge'], [500, 'server'], [503, 'offline'],
  ] as const)('HTTP %i is %s', async (status, kind) => {
    const { fetcher } = server(() => ({ type: 'urn:x', detail: 'd' }), status)
    const heard: SyncError[] = []
    const t = new Transport(session, fetcher, (e) => heard.push(e))
    await expect(t.call('A/get', {})).rejects.toMatchObject({ kind })
    expect(heard.map((e) => e.kind)).toEqual([kind])
  })

  test('no network is offline', async () => {
    const t = new Transport(session, () => Promise.reject(new TypeError('Failed to fetch')))
    await expect(t.call('A/get', {})).rejects.toMatchObject({ kind: 'offline' })
  })
})
