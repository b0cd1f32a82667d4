import type { MailAccount } from './account'
import type { MailEngine } from './engine'

/** The download address of a blob (RFC 8620 section 6.2). */
export function blobUrl(engine: MailEngine, a: MailAccount, blobId: string, name: string, type: string): string {
  return engine.session.downloadUrl
    .replace('{accountId}', encodeURIComponent(a.id))
    .replace('{blobId}', encodeURIComponent(blobId))
    .replace('{name}', encodeURIComponent(name))
    .replace('{type}', encodeURIComponent(type))
}
