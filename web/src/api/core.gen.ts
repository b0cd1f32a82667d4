// Made by cmd/tsgen from the Go types of wire/jmap and wire/jmapmail. Do not edit.

export type Id = string
export type UTCDate = string
export type DateWithZone = string

/** A filter condition, or an operator over filters (RFC 8620 section 5.5). */
export type Filter<C> = C | { operator: 'AND' | 'OR' | 'NOT'; conditions: Filter<C>[] }

/** The answer of a /get (RFC 8620 section 5.1). */
export interface GetAnswer<T> {
  accountId: Id
  state: string
  list: T[]
  notFound: Id[]
}

/** The answer of a /query (RFC 8620 section 5.5). */
export interface QueryAnswer {
  accountId: Id
  queryState: string
  canCalculateChanges: boolean
  position: number
  ids: Id[]
  total?: number
  limit?: number
}

/** RFC 8620 section 2. */
export interface Session {
  capabilities: Record<string, unknown>
  accounts: Record<string, SessionAccount>
  primaryAccounts: Record<string, string>
  username: string
  apiUrl: string
  downloadUrl: string
  uploadUrl: string
  eventSourceUrl: string
  state: string
}

export interface SessionAccount {
  name: string
  isPersonal: boolean
  isReadOnly: boolean
  accountCapabilities: Record<string, unknown>
}

export interface CoreCapability {
  maxSizeUpload: number
  maxConcurrentUpload: number
  maxSizeRequest: number
  maxConcurrentRequests: number
  maxCallsInRequest: number
  maxObjectsInGet: number
  maxObjectsInSet: number
  collationAlgorithms: string[]
}

/** RFC 8887 section 3. */
export interface WebSocketCapability {
  url: string
  supportsPush: boolean
}

/** A refused request, as problem document. */
export interface RequestError {
  type: string
  status: number
  detail?: string
  limit?: string
}

/** A failed method. */
export interface MethodError {
  type: string
  description?: string
}

/** Why one record was not created, changed or destroyed. */
export interface SetError {
  type: string
  description?: string
  properties?: string[]
  existingId?: Id
  notFound?: string[]
  maxSize?: number
  maxRecipients?: number
  invalidRecipients?: string[]
}

export interface GetArgs {
  accountId: Id
  ids?: Id[] | null
  properties?: string[] | null
}

export interface ChangesArgs {
  accountId: Id
  sinceState?: string
  maxChanges?: number | null
}

export interface ChangesAnswer {
  accountId: Id
  oldState: string
  newState: string
  hasMoreChanges: boolean
  created: string[]
  updated: string[]
  destroyed: string[]
}

export interface SetArgs {
  accountId: Id
  ifInState?: string | null
  create?: Record<string, unknown>
  update?: Record<string, unknown>
  destroy?: string[] | null
}

export interface SetAnswer {
  accountId?: Id
  oldState?: string
  newState?: string
  created: Record<string, unknown>
  updated: Record<string, unknown>
  destroyed: string[] | null
  notCreated: Record<string, SetError | null>
  notUpdated: Record<string, SetError | null>
  notDestroyed: Record<string, SetError | null>
}

export interface CopyArgs {
  fromAccountId?: Id
  ifFromInState?: string | null
  accountId: Id
  ifInState?: string | null
  create?: Record<string, unknown>
  onSuccessDestroyOriginal?: boolean
  destroyFromIfInState?: string | null
}

export interface CopyAnswer {
  fromAccountId: Id
  accountId: Id
  oldState: string
  newState: string
  created: Record<string, unknown>
  notCreated: Record<string, SetError | null>
}

export interface Comparator {
  property: string
  isAscending?: boolean | null
  collation?: string
  keyword?: string
}

export interface AddedItem {
  id: Id
  index: number
}

export interface QueryChangesAnswer {
  accountId: Id
  oldQueryState: string
  newQueryState: string
  total?: number
  removed: string[]
  added: AddedItem[]
}

export interface UploadAnswer {
  accountId: Id
  blobId: Id
  type: string
  size: number
}

/** RFC 8620 section 7.1. */
export interface StateChange {
  '@type': string
  changed: Record<string, Record<string, string>>
  pushState?: string
}

export interface PushSubscription {
  id: Id
  deviceClientId: string
  url: string
  keys: PushKeys | null
  verificationCode: string | null
  expires: UTCDate | null
  types: string[] | null
}

export interface PushKeys {
  p256dh: string
  auth: string
}
