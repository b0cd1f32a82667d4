/** What went wrong, in the few kinds a screen can say something useful about. */
export type FailureKind = 'offline' | 'signedOut' | 'refused' | 'tooLarge' | 'tooMany' | 'gone' | 'server'

export class SyncError extends Error {
  constructor(
    readonly kind: FailureKind,
    /** The protocol's own error type, such as `overQuota`. */
    readonly type: string,
    detail?: string,
  ) {
    super(detail ?? type)
    this.name = 'SyncError'
  }
}

const kinds: Record<string, FailureKind> = {
  forbidden: 'refused',
  accountReadOnly: 'refused',
  accountNotFound: 'gone',
  notFound: 'gone',
  tooLarge: 'tooLarge',
  requestTooLarge: 'tooLarge',
  overQuota: 'tooLarge',
  rateLimit: 'tooMany',
  // Answered by the copy in this browser, which does not have it.
  notKept: 'offline',
}

/** Turns a method-level or SetError type of RFC 8620 into a SyncError. */
export function protocolError(type: string, detail?: string | null): SyncError {
  return new SyncError(kinds[type] ?? 'server', type, detail ?? undefined)
}

export function asSyncError(e: unknown): SyncError {
  if (e instanceof SyncError) return e
  // fetch rejects with a TypeError when the network is not there.
  if (e instanceof TypeError) return new SyncError('offline', 'network', e.message)
  return new SyncError('server', 'unknown', e instanceof Error ? e.message : String(e))
}
