import { openDB, type DBSchema, type IDBPDatabase } from 'idb'

interface Sealed {
  iv: Uint8Array<ArrayBuffer>
  data: ArrayBuffer
}

interface Schema extends DBSchema {
  /** The key of this browser: it can be used, not read. */
  keys: { key: string; value: { key: CryptoKey; until: number; id?: string } }
  records: { key: string; value: Sealed }
}

const NAME = 'chancery-mirror'
const KEY = 'main'
const CHANNEL = 'chancery-mirror'

/** The records were wiped, here or in another tab: nothing may be written under the old key. */
export class Wiped extends Error {}

/**
 * Vault keeps records in IndexedDB, each encrypted by AES-GCM under a key that
 * the browser made for this session and does not give away. It ends with the
 * session, or when nobody signed in for as long as the server's sessions last:
 * without the key the records are noise. See doc/adr/0010-offline.md.
 */
export class Vault {
  private constructor(
    private readonly db: IDBPDatabase<Schema>,
    private readonly key: CryptoKey,
    private readonly id: string | undefined,
  ) {}

  /** Opens what is there; null when there is nothing, or its time is over. */
  static async open(now = Date.now()): Promise<Vault | null> {
    if (!(await databases()).includes(NAME)) return null
    const db = await connect()
    const kept = await db.get('keys', KEY)
    if (kept && kept.until > now) return new Vault(db, kept.key, kept.id)
    db.close()
    await Vault.wipe()
    return null
  }

  /** Opens it, or makes it anew; only somebody signed in comes here. */
  static async make(lifeSeconds: number, now = Date.now()): Promise<Vault> {
    const db = await connect()
    const kept = await db.get('keys', KEY)
    const until = now + lifeSeconds * 1000
    if (kept && kept.until > now) {
      await db.put('keys', { ...kept, until }, KEY)
      return new Vault(db, kept.key, kept.id)
    }
    await db.clear('records')
    const key = await newKey()
    const id = crypto.randomUUID()
    await db.put('keys', { key, until, id }, KEY)
    return new Vault(db, key, id)
  }

  /** Forgets everything, the key first. */
  static async wipe(): Promise<void> {
    const db = await connect()
    await db.clear('keys')
    await db.clear('records')
    db.close()
    tellTabs()
  }

  /**
   * Forgets every record, and keeps one under a new key until the same time:
   * whoever holds the old one, such as another tab, writes no more.
   */
  async wipeBut(name: string, value: unknown): Promise<void> {
    const fresh = await newKey()
    const sealed = await seal(fresh, name, bytes(JSON.stringify(value)))
    const tx = this.db.transaction(['keys', 'records'], 'readwrite')
    const old = await tx.objectStore('keys').get(KEY)
    const jobs: Promise<unknown>[] = [tx.objectStore('records').clear()]
    if (old) jobs.push(tx.objectStore('keys').put({ key: fresh, until: old.until, id: crypto.randomUUID() }, KEY), tx.objectStore('records').put(sealed, name))
    await Promise.all([...jobs, tx.done])
    tellTabs()
  }

  put(name: string, value: unknown): Promise<void> {
    return this.putBytes(name, bytes(JSON.stringify(value)))
  }

  async putBytes(name: string, value: BufferSource): Promise<void> {
    const sealed = await seal(this.key, name, value)
    // In one transaction with the key, so that nothing is written after a wipe by another tab.
    const tx = this.db.transaction(['keys', 'records'], 'readwrite')
    const kept = await tx.objectStore('keys').get(KEY)
    const same = kept !== undefined && kept.id === this.id
    if (same) void tx.objectStore('records').put(sealed, name).catch(() => {})
    await tx.done
    if (!same) throw new Wiped('the records were wiped')
  }

  async get<T>(name: string): Promise<T | undefined> {
    const sealed = await this.db.get('records', name)
    return sealed && (JSON.parse(new TextDecoder().decode(await this.unseal(name, sealed))) as T)
  }

  async getBytes(name: string): Promise<ArrayBuffer | undefined> {
    const sealed = await this.db.get('records', name)
    return sealed && this.unseal(name, sealed)
  }

  names(prefix: string): Promise<string[]> {
    return this.db.getAllKeys('records', IDBKeyRange.bound(prefix, `${prefix}\uffff`))
  }

  /** Every record whose name begins so; what cannot be opened is left out. */
  async all<T>(prefix: string): Promise<T[]> {
    const names = await this.names(prefix)
    const out = await Promise.all(names.map((n) => this.get<T>(n).catch(() => undefined)))
    return out.filter((v): v is Awaited<T> & T => v !== undefined)
  }

  async delete(name: string): Promise<void> {
    await this.db.delete('records', name)
  }

  close(): void {
    this.db.close()
  }

  private unseal(name: string, s: Sealed): Promise<ArrayBuffer> {
    return crypto.subtle.decrypt({ name: 'AES-GCM', iv: s.iv, additionalData: bytes(name) }, this.key, s.data)
  }
}

function newKey(): Promise<CryptoKey> {
  return crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
}

async function seal(key: CryptoKey, name: string, value: BufferSource): Promise<Sealed> {
  const iv = crypto.getRandomValues(new Uint8Array(12))
  // The name is authenticated too, so that records cannot change places.
  return { iv, data: await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: bytes(name) }, key, value) }
}

let channel: BroadcastChannel | undefined

function tabs(): BroadcastChannel | undefined {
  return 'BroadcastChannel' in globalThis ? (channel ??= new BroadcastChannel(CHANNEL)) : undefined
}

function tellTabs(): void {
  tabs()?.postMessage('wiped')
}

/** Hears that the records were wiped by another tab, as when the person signed out there. */
export function onWiped(fn: () => void): () => void {
  const from = tabs()
  from?.addEventListener('message', fn)
  return () => from?.removeEventListener('message', fn)
}

function bytes(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}

async function databases(): Promise<string[]> {
  // Where the list cannot be asked for, opening it tells as well.
  if (!indexedDB.databases) return [NAME]
  return (await indexedDB.databases()).map((d) => d.name ?? '')
}

function connect(): Promise<IDBPDatabase<Schema>> {
  return openDB<Schema>(NAME, 1, {
    upgrade(db) {
      db.createObjectStore('keys')
      db.createObjectStore('records')
    },
  })
}
