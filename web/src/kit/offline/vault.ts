import { openDB, type DBSchema, type IDBPDatabase } from 'idb'

interface Sealed {
  iv: Uint8Array<ArrayBuffer>
  data: ArrayBuffer
}

interface Schema extends DBSchema {
  /** The key of this browser: it can be used, not read. */
  keys: { key: string; value: { key: CryptoKey; until: number } }
  records: { key: string; value: Sealed }
}

const NAME = 'chancery-mirror'
const KEY = 'main'

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
  ) {}

  /** Opens what is there; null when there is nothing, or its time is over. */
  static async open(now = Date.now()): Promise<Vault | null> {
    if (!(await databases()).includes(NAME)) return null
    const db = await connect()
    const kept = await db.get('keys', KEY)
    if (kept && kept.until > now) return new Vault(db, kept.key)
    db.close()
    await Vault.wipe()
    return null
  }

  /** Opens it, or makes it anew; only somebody signed in comes here. */
  static async make(lifeSeconds: number, now = Date.now()): Promise<Vault> {
    const db = await connect()
    const kept = await db.get('keys', KEY)
    let key = kept && kept.until > now ? kept.key : null
    if (!key) {
      await db.clear('records')
      key = await crypto.subtle.generateKey({ name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt'])
    }
    await db.put('keys', { key, until: now + lifeSeconds * 1000 }, KEY)
    return new Vault(db, key)
  }

  /** Forgets everything, the key first. */
  static async wipe(): Promise<void> {
    const db = await connect()
    await db.clear('keys')
    await db.clear('records')
    db.close()
  }

  async put(name: string, value: unknown): Promise<void> {
    const iv = crypto.getRandomValues(new Uint8Array(12))
    // The name is authenticated too, so that records cannot change places.
    const data = await crypto.subtle.encrypt({ name: 'AES-GCM', iv, additionalData: bytes(name) }, this.key, bytes(JSON.stringify(value)))
    await this.db.put('records', { iv, data }, name)
  }

  async get<T>(name: string): Promise<T | undefined> {
    const sealed = await this.db.get('records', name)
    return sealed && this.unseal<T>(name, sealed)
  }

  /** Every record whose name begins so; what cannot be opened is left out. */
  async all<T>(prefix: string): Promise<T[]> {
    const names = await this.db.getAllKeys('records', IDBKeyRange.bound(prefix, `${prefix}\uffff`))
    const out = await Promise.all(names.map((n) => this.get<T>(n).catch(() => undefined)))
    return out.filter((v): v is Awaited<T> & T => v !== undefined)
  }

  async delete(name: string): Promise<void> {
    await this.db.delete('records', name)
  }

  close(): void {
    this.db.close()
  }

  private async unseal<T>(name: string, s: Sealed): Promise<T> {
    const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: s.iv, additionalData: bytes(name) }, this.key, s.data)
    return JSON.parse(new TextDecoder().decode(plain)) as T
  }
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
