import { beforeEach, describe, expect, test, vi } from 'vitest'
import { PREFERENCES, type Preference, type Session } from '~/api/jmap'
import { defaultPrefs, prefs, setPrefs, takePrefs } from './prefs'
import { followPrefs } from './prefs-sync'
import { tellChanged } from './sync/notices'
import type { Transport } from './sync/transport'

/** A server of preferences whose answers come when they are let go. */
class Desk {
  kept = new Map<string, unknown>()
  calls: string[] = []
  held: (() => void)[] = []
  hold = false
  offline = false

  transport(account = 'a1'): Transport {
    const call = async (name: string, args: Record<string, unknown>): Promise<unknown> => {
      this.calls.push(name)
      if (this.offline) throw new Error('offline')
      if (name === 'Preference/set') for (const [id, p] of Object.entries(args['update'] as Record<string, { value: unknown }>)) this.kept.set(id, p.value)
      const list: Preference[] = [...this.kept].map(([id, value]) => ({ id, value }) as Preference)
      if (this.hold) await new Promise<void>((go) => this.held.push(go))
      return { list, notFound: [], state: '1' }
    }
    const leave = (name: string, args: Record<string, unknown>): void => void call(name, args)
    return { session: { primaryAccounts: { [PREFERENCES]: account } } as unknown as Session, call, leave } as unknown as Transport
  }

  news(account = 'a1'): void {
    tellChanged({ changed: { [account]: { Preference: 'x' } } })
  }
}

const turn = (ms = 0): Promise<void> => vi.advanceTimersByTimeAsync(ms).then(() => {})

beforeEach(() => {
  vi.useFakeTimers()
  localStorage.clear()
  takePrefs(defaultPrefs)
})

describe('preferences on the server', () => {
  test('are taken over at the start and when they change elsewhere; those of the device are not', async () => {
    const desk = new Desk()
    desk.kept.set('ui-density', 'compact').set('ui-widths', { list: 1 }).set('other', 1)
    const stop = followPrefs(desk.transport())
    await turn()
    expect(prefs().density).toBe('compact')
    expect(prefs().widths).toEqual({})
    desk.kept.set('ui-density', 'comfortable')
    desk.news('a2')
    await turn()
    expect(prefs().density).toBe('compact')
    desk.news()
    await turn()
    expect(prefs().density).toBe('comfortable')
    stop()
  })

  test('what is chosen goes there after a pause, together, and without a connection with the next one', async () => {
    const desk = new Desk()
    const stop = followPrefs(desk.transport())
    await turn()
    desk.offline = true
    setPrefs({ density: 'compact' })
    setPrefs({ theme: 'dark', foldersHidden: true })
    await turn(1000)
    expect(desk.kept.size).toBe(0)
    desk.offline = false
    dispatchEvent(new Event('online'))
    await turn(1000)
    expect(Object.fromEntries(desk.kept)).toEqual({ 'ui-density': 'compact', 'ui-theme': 'dark' })
    expect(desk.calls.filter((c) => c === 'Preference/set')).toHaveLength(2)
    stop()
  })

  test('what was chosen a moment before the page is left goes at once, and nothing where nothing was', async () => {
    const desk = new Desk()
    const stop = followPrefs(desk.transport())
    await turn()
    dispatchEvent(new Event('pagehide'))
    expect(desk.calls).not.toContain('Preference/set')
    setPrefs({ density: 'compact' })
    dispatchEvent(new Event('pagehide'))
    expect(Object.fromEntries(desk.kept)).toEqual({ 'ui-density': 'compact' })
    stop()
    setPrefs({ density: 'comfortable' })
    dispatchEvent(new Event('pagehide'))
    expect(desk.kept.get('ui-density')).toBe('compact')
  })

  test('an old answer does not undo what was chosen and sent while it was on its way', async () => {
    const desk = new Desk()
    desk.kept.set('ui-density', 'comfortable')
    const stop = followPrefs(desk.transport())
    await turn()
    desk.hold = true
    desk.news() // the server reads "comfortable" and takes its time
    desk.hold = false
    setPrefs({ density: 'compact' })
    await turn(1000)
    expect(desk.kept.get('ui-density')).toBe('compact')
    desk.held.forEach((go) => go())
    await turn()
    expect(prefs().density).toBe('compact')
    stop()
  })

  test('of two questions the later one counts', async () => {
    const desk = new Desk()
    const stop = followPrefs(desk.transport())
    await turn()
    desk.hold = true
    desk.kept.set('ui-density', 'comfortable')
    desk.news()
    desk.kept.set('ui-density', 'compact')
    desk.news()
    desk.held[1]?.()
    await turn()
    desk.held[0]?.()
    await turn()
    expect(prefs().density).toBe('compact')
    stop()
  })

  test('after signing out nothing is taken or sent any more', async () => {
    const desk = new Desk()
    desk.hold = true
    const stop = followPrefs(desk.transport())
    desk.kept.set('ui-density', 'compact')
    await turn()
    setPrefs({ theme: 'dark' })
    stop()
    desk.held.forEach((go) => go())
    await turn(2000)
    expect(prefs().density).toBe('normal')
    expect(desk.calls).toEqual(['Preference/get'])
  })

  test('the next person finds nothing of the one before', async () => {
    const desk = new Desk()
    followPrefs(desk.transport('a1'))()
    const stop = followPrefs(desk.transport('a1'))
    await turn()
    desk.offline = true
    setPrefs({ density: 'compact', labels: [{ keyword: 'x', name: 'Mine', colour: 'red' }] })
    await turn(1000)
    stop()
    const other = new Desk()
    const end = followPrefs(other.transport('a2'))
    await turn(1000)
    expect(prefs().density).toBe('normal')
    expect(prefs().labels).toEqual([])
    expect(other.kept.size).toBe(0)
    end()
  })
})
