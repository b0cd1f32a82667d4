import type { Email, Session } from '~/api/jmap'
import type { Invocation } from './answers'
import type { Args } from './patch'
import type { Vault } from './vault'

/** What the files of recent letters may take together, and one of them. */
export const FILES_BYTES = 25 * 1024 * 1024
export const FILE_BYTES = 2 * 1024 * 1024

const PREFIX = 'file/'

interface Wanted {
  blobId: string
  size: number
  name: string
  type: string
}

/** The small files of recent letters, sealed as the rest is. The service worker reads them by the same names. */
export class KeptFiles {
  private constructor(
    private readonly vault: Vault,
    private readonly have: Set<string>,
  ) {}

  static async open(vault: Vault): Promise<KeptFiles> {
    return new KeptFiles(vault, new Set((await vault.names(PREFIX)).map((n) => n.slice(PREFIX.length))))
  }

  has(blobId: string): boolean {
    return this.have.has(blobId)
  }

  get(blobId: string): Promise<ArrayBuffer | undefined> {
    return this.vault.getBytes(PREFIX + blobId)
  }

  /** Answers what asks for the text of a kept file, by the id of the call; a server knows more charsets. */
  async answerTexts(calls: readonly Invocation[]): Promise<Map<string, Args>> {
    const out = new Map<string, Args>()
    for (const [name, args, id] of calls) {
      const blobId = String(args['blobId'])
      if (name !== 'Attachment/text' || !this.has(blobId)) continue
      const bytes = await this.get(blobId).catch(() => undefined)
      if (bytes) out.set(id, { accountId: args['accountId'], blobId, isTruncated: false, ...decode(bytes, String(args['charset'] ?? '')) })
    }
    return out
  }

  /** Takes in what is missing and lets go of what has become old. Stops where the browser has no more room. */
  async fill(session: Session, accountId: string, emails: Iterable<Email>): Promise<void> {
    const wanted = await this.keepOnly(emails)
    for (const f of wanted.values()) {
      if (this.have.has(f.blobId)) continue
      const url = session.downloadUrl.replace('{accountId}', accountId).replace('{blobId}', encodeURIComponent(f.blobId)).replace('{name}', 'file').replace('{type}', 'application%2Foctet-stream')
      // Not from the browser's own cache, and not left there in plain.
      const res = await fetch(url, { cache: 'no-store' })
      if (!res.ok) continue
      const bytes = await res.arrayBuffer()
      if (bytes.byteLength > FILE_BYTES) continue
      await this.vault.putBytes(PREFIX + f.blobId, bytes)
      this.have.add(f.blobId)
      await new Promise((r) => setTimeout(r, 100))
    }
  }

  /** Lets go of the files of other letters than these; answers with those that are worth keeping. */
  async keepOnly(emails: Iterable<Email>): Promise<ReturnType<typeof choose>> {
    const wanted = choose(emails)
    for (const id of this.have) if (!wanted.has(id)) await this.drop(id)
    return wanted
  }

  /** Lets go of everything, to make room for words. */
  async shed(): Promise<void> {
    for (const id of this.have) await this.drop(id)
  }

  private async drop(id: string): Promise<void> {
    this.have.delete(id)
    await this.vault.delete(PREFIX + id)
  }
}

// What a text of the region is in, if not in UTF-8.
const GUESSES = ['utf-8', 'big5', 'gb18030']

/** The first charset that the bytes make sense in, or the one asked for. */
export function decode(bytes: ArrayBuffer, asked: string): { text: string; charset: string; isEncodingProblem: boolean } {
  for (const charset of asked ? [asked] : GUESSES) {
    try {
      return { text: new TextDecoder(charset, { fatal: true }).decode(bytes), charset, isEncodingProblem: false }
    } catch {
      // Not this one.
    }
  }
  const charset = asked || 'utf-8'
  try {
    return { text: new TextDecoder(charset).decode(bytes), charset, isEncodingProblem: true }
  } catch {
    return { text: new TextDecoder().decode(bytes), charset: 'utf-8', isEncodingProblem: true }
  }
}

/** The files to keep: of letters whose words are kept, the newest first, as far as the budget goes. */
export function choose(emails: Iterable<Email>): Map<string, Wanted> {
  const out = new Map<string, Wanted>()
  let room = FILES_BYTES
  const newest = [...emails].filter((e) => e.bodyValues).toSorted((a, b) => b.receivedAt.localeCompare(a.receivedAt))
  for (const e of newest) {
    for (const p of e.attachments ?? []) {
      if (!p.blobId || p.size > FILE_BYTES || p.size > room || out.has(p.blobId)) continue
      room -= p.size
      out.set(p.blobId, { blobId: p.blobId, size: p.size, name: p.name ?? '', type: p.type })
    }
  }
  return out
}
