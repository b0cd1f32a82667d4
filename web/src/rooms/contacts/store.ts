import { useEffect, useMemo, useReducer } from 'react'
import { CONTACTS, type AddressBook, type ChangesResponse, type GetResponse, type ImportAnswer, type ExportAnswer, type QueryResponse, type SetResponse } from '~/api/jmap'
import { SyncError, protocolError } from '~/kit/sync/errors'
import { onChanged } from '~/kit/sync/notices'
import { RecordStore } from '~/kit/sync/records'
import type { Transport } from '~/kit/sync/transport'
import type { MailEngine } from '~/rooms/mail/engine'
import type { Card } from './card'

const PAGE = 250

/** The person's own address books, here in full: thousands of cards are a few megabytes at most. */
export class Contacts {
  readonly cards = new RecordStore<Card>()
  books: AddressBook[] = []
  loaded = false
  private listeners = new Set<() => void>()
  private chain: Promise<void> = Promise.resolve()

  constructor(
    readonly transport: Transport,
    readonly accountId: string,
  ) {}

  get defaultBook(): AddressBook | undefined {
    return this.books.find((b) => b.isDefault) ?? this.books[0]
  }

  subscribe(fn: () => void): () => void {
    this.listeners.add(fn)
    return () => this.listeners.delete(fn)
  }

  private tell(): void {
    this.listeners.forEach((fn) => fn())
  }

  /** Reads all; from the beginning again where cards came or went meanwhile, as then pages have moved. */
  async load(): Promise<void> {
    for (let tries = 0; tries < 3 && !(await this.loadOnce()); tries++) this.cards.state = null
  }

  private async loadOnce(): Promise<boolean> {
    let still = true
    const books = this.transport.call<GetResponse<AddressBook>>('AddressBook/get', { accountId: this.accountId, ids: null })
    for (let position = 0; ; position += PAGE) {
      const group = this.transport.group()
      const q = group.add<QueryResponse>('ContactCard/query', { accountId: this.accountId, position, limit: PAGE, calculateTotal: true })
      const got = group.add<GetResponse<Card>>('ContactCard/get', { accountId: this.accountId, '#ids': q.ref('/ids') })
      const [ids, cards] = await Promise.all([q.result, got.result])
      this.cards.put(cards.list)
      this.cards.state ??= cards.state
      still &&= cards.state === this.cards.state
      this.tell()
      if (position + PAGE >= (ids.total ?? 0)) break
    }
    this.books = (await books).list
    this.loaded = true
    this.tell()
    return still
  }

  /** Takes over what was changed since, here or elsewhere. One after the other: an older answer must not come last. */
  sync(): Promise<void> {
    const job = this.chain.catch(() => {}).then(() => this.syncNow())
    this.chain = job
    return job
  }

  private async syncNow(): Promise<void> {
    if (this.cards.state === null) return this.load()
    this.books = (await this.transport.call<GetResponse<AddressBook>>('AddressBook/get', { accountId: this.accountId, ids: null })).list
    try {
      const c = await this.transport.call<ChangesResponse>('ContactCard/changes', { accountId: this.accountId, sinceState: this.cards.state, maxChanges: PAGE })
      const ids = [...c.created, ...c.updated]
      if (ids.length > 0) this.replace((await this.transport.call<GetResponse<Card>>('ContactCard/get', { accountId: this.accountId, ids })).list)
      this.cards.remove(c.destroyed)
      this.cards.state = c.newState
      this.tell()
      if (c.hasMoreChanges) await this.syncNow()
    } catch (e) {
      if (!(e instanceof SyncError) || e.type !== 'cannotCalculateChanges') throw e
      this.cards.remove(this.cards.ids())
      this.cards.state = null
      await this.load()
    }
  }

  // A member that was taken away must not survive from the older copy.
  private replace(list: Card[]): void {
    this.cards.remove(list.map((c) => c.id))
    this.cards.put(list)
  }

  /** Makes a card and returns its id. */
  async create(card: Omit<Card, 'id' | 'uid'> & { uid?: string }): Promise<string> {
    const r = await this.transport.call<SetResponse<Card>>('ContactCard/set', { accountId: this.accountId, create: { c: card } })
    const made = r.created?.['c']
    if (!made) throw protocolError(r.notCreated?.['c']?.type ?? 'serverFail', r.notCreated?.['c']?.description)
    await this.sync()
    return made.id
  }

  async update(id: string, patch: Record<string, unknown>): Promise<void> {
    const r = await this.transport.call<SetResponse<Card>>('ContactCard/set', { accountId: this.accountId, update: { [id]: patch } })
    const refused = r.notUpdated?.[id]
    if (refused) throw protocolError(refused.type, refused.description)
    await this.sync()
  }

  async destroy(ids: string[]): Promise<void> {
    const r = await this.transport.call<SetResponse<Card>>('ContactCard/set', { accountId: this.accountId, destroy: ids })
    const refused = ids.map((id) => r.notDestroyed?.[id]).find(Boolean)
    if (refused) throw protocolError(refused.type, refused.description)
    await this.sync()
  }

  /** Reads a .vcf file into the default book. */
  async import(file: File): Promise<ImportAnswer> {
    const bytes = new Uint8Array(await file.arrayBuffer())
    let text = ''
    for (let i = 0; i < bytes.length; i += 0x8000) text += String.fromCharCode(...bytes.subarray(i, i + 0x8000))
    const r = await this.transport.call<ImportAnswer>('VCard/import', { accountId: this.accountId, addressBookId: this.defaultBook?.id ?? '', data: btoa(text) })
    await this.sync()
    return r
  }

  export(ids: string[] | null): Promise<ExportAnswer> {
    return this.transport.call<ExportAnswer>('VCard/export', { accountId: this.accountId, ids })
  }
}

/** The address books of the person at work, followed. */
export function useContacts(engine: MailEngine): { contacts: Contacts; version: number; error: unknown } {
  const contacts = useMemo(() => new Contacts(engine.transport, engine.session.primaryAccounts[CONTACTS] ?? ''), [engine])
  const [version, redraw] = useReducer((n: number) => n + 1, 0)
  const [error, fail] = useReducer((_: unknown, e: unknown) => e, null)
  useEffect(() => {
    const stops = [contacts.subscribe(redraw), contacts.cards.subscribeAll(redraw)]
    contacts.load().catch(fail)
    const changed = (id: string): void => void (id === contacts.accountId && contacts.loaded && contacts.sync().catch(() => {}))
    stops.push(onChanged('ContactCard', changed), onChanged('AddressBook', changed))
    return () => stops.forEach((stop) => stop())
  }, [contacts])
  return { contacts, version, error }
}
