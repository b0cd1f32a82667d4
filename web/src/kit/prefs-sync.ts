import { PREFERENCES, type GetResponse, type Preference, type SetResponse } from '~/api/jmap'
import { isLanguage, speak } from './i18n'
import { defaultPrefs, onPrefsChange, prefs, takePrefs, type Prefs } from './prefs'
import { onChanged } from './sync/notices'
import type { Transport } from './sync/transport'

/** What belongs to the device and not to the person. */
const LOCAL: ReadonlySet<string> = new Set(['widths', 'foldersHidden', 'keyNames'])
const UNSENT = 'chancery.prefs.unsent'
const OF = 'chancery.prefs.of'
const PREFIX = 'ui-'
const PAUSE = 600

type Name = keyof Prefs

/**
 * Keeps the preferences of the client on the server, so that they are the same
 * on every device. What is in this browser is shown at once at the start; what
 * was changed without a connection is sent when there is one.
 */
export function followPrefs(transport: Transport): () => void {
  const account = transport.session.primaryAccounts[PREFERENCES]
  if (!account) return () => {}
  const sync = new PrefsSync(transport, account)
  void sync.pull()
  const stops = [onPrefsChange((changed) => sync.changed(changed)), onChanged('Preference', (id) => void (id === account && sync.pull()))]
  const online = (): void => void sync.pull()
  const leaving = (): void => sync.leave()
  addEventListener('online', online)
  addEventListener('pagehide', leaving)
  return () => {
    stops.forEach((stop) => stop())
    removeEventListener('online', online)
    removeEventListener('pagehide', leaving)
    sync.stop()
  }
}

class PrefsSync {
  private timer: ReturnType<typeof setTimeout> | undefined
  private sending = false
  private stopped = false
  private pulls = 0
  private pushes = 0

  constructor(
    private readonly transport: Transport,
    private readonly account: string,
  ) {}

  stop(): void {
    this.stopped = true
    clearTimeout(this.timer)
  }

  changed(change: Partial<Prefs>): void {
    const names = Object.keys(change).filter((n) => !LOCAL.has(n))
    if (names.length === 0) return
    write(UNSENT, [...new Set([...unsent(), ...names])].join(' '))
    this.pushSoon()
  }

  private pushSoon(): void {
    clearTimeout(this.timer)
    if (!this.stopped) this.timer = setTimeout(() => void this.push(), PAUSE)
  }

  /** The page is left: what was changed a moment ago goes at once. It stays on the list, since no answer is heard. */
  leave(): void {
    const names = unsent()
    if (names.length > 0 && !this.stopped) this.transport.leave('Preference/set', { accountId: this.account, update: this.update(names) })
  }

  private update(names: readonly string[]): Record<string, unknown> {
    return Object.fromEntries(names.map((n) => [PREFIX + n, { value: prefs()[n as Name] ?? null }]))
  }

  /** Takes what the server has, save for what waits to be sent, and sends that. */
  async pull(): Promise<void> {
    const [pull, pushes] = [++this.pulls, this.pushes]
    try {
      const got = await this.transport.call<GetResponse<Preference>>('Preference/get', { accountId: this.account, ids: null })
      // The person may have signed out, or a later question be on its way.
      if (this.stopped || pull !== this.pulls) return
      // What was sent meanwhile is not in this answer.
      if (pushes !== this.pushes) return await this.pull()
      const waiting = new Set(unsent())
      const before = read(OF)
      const news: Record<string, unknown> = {}
      // On a machine that several people use, nobody finds the choices of the one before.
      if (before && before !== this.account) for (const [n, v] of Object.entries(defaultPrefs)) if (!LOCAL.has(n)) news[n] = v
      for (const p of got.list) {
        const name = p.id.slice(PREFIX.length)
        if (p.id.startsWith(PREFIX) && name in defaultPrefs && !LOCAL.has(name) && !(waiting.has(name) && (!before || before === this.account))) news[name] = p.value
      }
      if (before && before !== this.account) write(UNSENT, '')
      write(OF, this.account)
      const spoken = prefs().language
      takePrefs(news as Partial<Prefs>)
      const wanted = prefs().language
      if (wanted !== spoken && isLanguage(wanted)) await speak(wanted)
    } catch {
      return // Without a connection the browser's own copy serves.
    }
    if (unsent().length > 0) await this.push()
  }

  private async push(): Promise<void> {
    if (this.sending || this.stopped) return
    const names = unsent()
    if (names.length === 0) return
    this.sending = true
    const sent = new Map(names.map((n) => [n, JSON.stringify(prefs()[n as Name])]))
    try {
      await this.transport.call<SetResponse<Preference>>('Preference/set', { accountId: this.account, update: this.update(names) })
      this.pushes++
      // What was changed again meanwhile still waits.
      write(UNSENT, unsent().filter((n) => JSON.stringify(prefs()[n as Name]) !== sent.get(n)).join(' '))
    } catch {
      return // It stays on the list and goes with the next chance.
    } finally {
      this.sending = false
    }
    if (unsent().length > 0) this.pushSoon()
  }
}

function unsent(): string[] {
  return read(UNSENT).split(' ').filter((n) => n in defaultPrefs)
}

function read(key: string): string {
  try {
    return localStorage.getItem(key) ?? ''
  } catch {
    return ''
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value)
  } catch {
    // Then nothing is kept beyond this page.
  }
}
