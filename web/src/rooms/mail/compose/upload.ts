import type { UploadResponse } from '~/api/jmap'
import { SyncError } from '~/kit/sync/errors'
import type { MailAccount } from '../account'
import type { MailEngine } from '../engine'

export interface Upload {
  done: Promise<UploadResponse>
  cancel: () => void
}

/** Uploads a file (RFC 8620 section 6.1); XMLHttpRequest because fetch tells no progress. */
export function upload(engine: MailEngine, a: MailAccount, file: File, onProgress: (part: number) => void): Upload {
  const xhr = new XMLHttpRequest()
  const done = new Promise<UploadResponse>((resolve, reject) => {
    xhr.open('POST', engine.session.uploadUrl.replace('{accountId}', encodeURIComponent(a.id)))
    xhr.setRequestHeader('Content-Type', file.type || 'application/octet-stream')
    xhr.upload.onprogress = (e) => e.lengthComputable && onProgress(e.loaded / e.total)
    xhr.onload = () => {
      if (xhr.status >= 200 && xhr.status < 300) {
        try {
          return resolve(JSON.parse(xhr.responseText) as UploadResponse)
        } catch {
          return reject(new SyncError('server', 'badAnswer'))
        }
      }
      return reject(new SyncError(xhr.status === 413 ? 'tooLarge' : xhr.status === 401 ? 'signedOut' : 'server', `http${xhr.status}`))
    }
    xhr.onerror = () => reject(new SyncError('offline', 'network'))
    xhr.onabort = () => reject(new SyncError('refused', 'cancelled'))
    xhr.send(file)
  })
  return { done, cancel: () => xhr.abort() }
}

const number = (n: unknown): number => (typeof n === 'number' ? n : Number.POSITIVE_INFINITY)

/** The largest upload the server takes, in bytes (RFC 8620 section 2). */
export const maxUpload = (engine: MailEngine): number => number(engine.session.capabilities['urn:ietf:params:jmap:core']?.['maxSizeUpload'])

/** What the files of one letter may have together, in bytes (RFC 8621 section 1.3.1). */
export const maxTogether = (engine: MailEngine, account: MailAccount): number =>
  number(engine.session.accounts[account.id]?.accountCapabilities['urn:ietf:params:jmap:mail']?.['maxSizeAttachmentsPerEmail'])
