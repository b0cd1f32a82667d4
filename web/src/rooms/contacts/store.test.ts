import { expect, test } from 'vitest'
import type { Transport } from '~/kit/sync/transport'
import { Contacts } from './store'

type Answer = (args: Record<string, unknown>) => unknown

/** Answers in the order that a test lets them go. */
function desk(answer: Record<string, Answer>): { transport: Transport; waiting: { name: string; go: () => void }[]; hold: { on: boolean } } {
  const waiting: { name: string; go: () => void }[] = []
  const hold = { on: false }
  const call = async (name: string, args: Record<string, unknown>): Promise<unknown> => {
    const value = answer[name]?.(args) // as it is when the server is asked
    if (hold.on) await new Promise<void>((go) => waiting.push({ name, go }))
    return value
  }
  const group = (): unknown => ({ add: (name: string, args: Record<string, unknown>) => ({ result: call(name, args), ref: () => ({}) }) })
  return { transport: { call, group } as unknown as Transport, waiting, hold }
}

test('two looks for changes follow each other: the older answer never comes last', async () => {
  let state = 1
  const { transport, waiting, hold } = desk({
    'AddressBook/get': () => ({ list: [] }),
    'ContactCard/query': () => ({ ids: ['c1'], total: 1 }),
    'ContactCard/get': () => ({ list: [{ id: 'c1', name: { full: `v${state}` } }], state: String(state) }),
    'ContactCard/changes': (a) => ({ created: [], updated: Number(a['sinceState']) < state ? ['c1'] : [], destroyed: [], newState: String(state), hasMoreChanges: false }),
  })
  const c = new Contacts(transport, 'a')
  await c.load()
  hold.on = true
  state = 2
  const first = c.sync()
  await Promise.resolve()
  state = 3
  const second = c.sync()
  const end = Promise.all([first, second])
  let done = false
  void end.then(() => (done = true))
  // The newest of what waits is answered first, as a slow line may do.
  while (!done) {
    waiting.pop()?.go()
    await new Promise((r) => setTimeout(r, 1))
  }
  expect(c.cards.get('c1')?.name?.full).toBe('v3')
  expect(c.cards.state).toBe('3')
})

test('cards that move to another page while all are read are not lost', async () => {
  let state = 1
  let ids = Array.from({ length: 300 }, (_, i) => `c${i}`)
  const page = (a: Record<string, unknown>): string[] => ids.slice(Number(a['position']), Number(a['position']) + Number(a['limit']))
  let last: string[] = []
  const { transport } = desk({
    'AddressBook/get': () => ({ list: [] }),
    'ContactCard/query': (a) => {
      if (a['position'] === 250 && state === 1) {
        ids = ids.slice(1) // another device removed the first
        state = 2
      }
      last = page(a)
      return { ids: last, total: ids.length }
    },
    'ContactCard/get': () => ({ list: last.map((id) => ({ id })), state: String(state) }),
    'ContactCard/changes': () => ({ created: [], updated: [], destroyed: [], newState: String(state), hasMoreChanges: false }),
  })
  const c = new Contacts(transport, 'a')
  await c.load()
  expect(c.cards.has('c250')).toBe(true)
})
