// The parts of RFC 8620 (core) and RFC 8621 (mail) that the client reads and
// writes, by hand and in the client's own words. Generated types of our own
// capabilities live beside this file.

export type Id = string
export type UTCDate = string

export interface SessionAccount {
  name: string
  isPersonal: boolean
  isReadOnly: boolean
  accountCapabilities: Record<string, Record<string, unknown>>
}

/** RFC 8620 section 2. */
export interface Session {
  capabilities: Record<string, Record<string, unknown>>
  accounts: Record<Id, SessionAccount>
  primaryAccounts: Record<string, Id>
  username: string
  apiUrl: string
  downloadUrl: string
  uploadUrl: string
  eventSourceUrl: string
  state: string
}

export interface GetResponse<T> {
  accountId: Id
  state: string
  list: T[]
  notFound: Id[]
}

export interface ChangesResponse {
  accountId: Id
  oldState: string
  newState: string
  hasMoreChanges: boolean
  created: Id[]
  updated: Id[]
  destroyed: Id[]
  updatedProperties?: string[] | null
}

export interface QueryResponse {
  accountId: Id
  queryState: string
  canCalculateChanges: boolean
  position: number
  ids: Id[]
  total?: number
}

export interface QueryChangesResponse {
  accountId: Id
  oldQueryState: string
  newQueryState: string
  total?: number
  removed: Id[]
  added: { id: Id; index: number }[]
}

export interface SetError {
  type: string
  description?: string | null
  properties?: string[]
}

export interface SetResponse<T> {
  accountId: Id
  oldState: string | null
  newState: string
  created?: Record<string, Partial<T> & { id: Id }> | null
  updated?: Record<Id, Partial<T> | null> | null
  destroyed?: Id[] | null
  notCreated?: Record<string, SetError> | null
  notUpdated?: Record<Id, SetError> | null
  notDestroyed?: Record<Id, SetError> | null
}

export interface UploadResponse {
  accountId: Id
  blobId: Id
  type: string
  size: number
}

export interface StateChange {
  '@type': 'StateChange'
  changed: Record<Id, Record<string, string>>
}

export type MailboxRole = 'inbox' | 'archive' | 'drafts' | 'sent' | 'junk' | 'trash' | 'important' | 'flagged' | 'all' | 'scheduled' | 'snoozed'

export interface MailboxRights {
  mayReadItems: boolean
  mayAddItems: boolean
  mayRemoveItems: boolean
  maySetSeen: boolean
  maySetKeywords: boolean
  mayCreateChild: boolean
  mayRename: boolean
  mayDelete: boolean
  maySubmit: boolean
}

export interface Mailbox {
  id: Id
  name: string
  parentId: Id | null
  role: MailboxRole | null
  sortOrder: number
  totalEmails: number
  unreadEmails: number
  totalThreads: number
  unreadThreads: number
  myRights: MailboxRights
  isSubscribed: boolean
}

export interface Thread {
  id: Id
  emailIds: Id[]
}

export interface EmailAddress {
  name: string | null
  email: string
}

export interface EmailBodyPart {
  partId: string | null
  blobId: Id | null
  size: number
  name: string | null
  type: string
  charset: string | null
  disposition: string | null
  cid: string | null
  language?: string[] | null
  subParts?: EmailBodyPart[] | null
}

export interface EmailBodyValue {
  value: string
  isEncodingProblem: boolean
  isTruncated: boolean
}

export type Keywords = Record<string, true>

/** RFC 8621 section 4; lists fetch only the first block. */
export interface Email {
  id: Id
  threadId: Id
  mailboxIds: Record<Id, true>
  keywords: Keywords
  from: EmailAddress[] | null
  to: EmailAddress[] | null
  subject: string | null
  receivedAt: UTCDate
  sentAt: string | null
  preview: string
  hasAttachment: boolean
  size: number

  blobId?: Id
  cc?: EmailAddress[] | null
  bcc?: EmailAddress[] | null
  replyTo?: EmailAddress[] | null
  sender?: EmailAddress[] | null
  messageId?: string[] | null
  inReplyTo?: string[] | null
  references?: string[] | null
  bodyValues?: Record<string, EmailBodyValue>
  textBody?: EmailBodyPart[]
  htmlBody?: EmailBodyPart[]
  attachments?: EmailBodyPart[]
  headers?: { name: string; value: string }[]
}

export interface Identity {
  id: Id
  name: string
  email: string
  replyTo: EmailAddress[] | null
  bcc: EmailAddress[] | null
  textSignature: string
  htmlSignature: string
  mayDelete: boolean
}

export interface EmailSubmission {
  id: Id
  identityId: Id
  emailId: Id
  threadId: Id
  undoStatus: 'pending' | 'final' | 'canceled'
  sendAt: UTCDate
}

export interface SearchSnippet {
  emailId: Id
  subject: string | null
  preview: string | null
}

export interface EmailFilter {
  inMailbox?: Id
  inMailboxOtherThan?: Id[]
  before?: UTCDate
  after?: UTCDate
  minSize?: number
  maxSize?: number
  hasKeyword?: string
  notKeyword?: string
  hasAttachment?: boolean
  text?: string
  from?: string
  to?: string
  cc?: string
  subject?: string
  body?: string
}

export type Filter = EmailFilter | { operator: 'AND' | 'OR' | 'NOT'; conditions: Filter[] }

export const CORE = 'urn:ietf:params:jmap:core'
export const MAIL = 'urn:ietf:params:jmap:mail'
export const SUBMISSION = 'urn:ietf:params:jmap:submission'
export const DIRECTORY = 'urn:chancery:params:jmap:directory'
