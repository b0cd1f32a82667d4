// What the client reads and writes over JMAP: the types that are generated
// from the server's, and where the client asks for a part only, or knows more
// than the server's type says, that part.

import type * as gen from './types.gen'

export type { EmailAddress, Id, Identity, MailboxRights, SearchSnippet, Thread, UTCDate } from './types.gen'
export type { BodyValue as EmailBodyValue, UploadAnswer as UploadResponse, QueryAnswer as QueryResponse, QueryChangesAnswer as QueryChangesResponse } from './types.gen'
export type { PersonObject as Person, UnitObject as Unit, ListObject as MailingList, OrganisationObject as Organisation, PreferenceObject as Preference } from './types.gen'
export type { FactorObject as Factor, FactorAnswer, FactorEnrolment, RecoveryAnswer, AppPasswordObject as AppPassword, AppPasswordMade, SessionObject as SignInSession, KeyEnrolmentObject as KeyEnrolment, DeviceObject as Device } from './types.gen'
export type { Party, PartyFields, PartyMade, PartySecret } from './types.gen'
export type { CategoryObject as Category } from './types.gen'
export type { AccountAccess, AccountMeans, AdminCapability, AuditCheckpoint, AuditFilter, AuditLook, AuditObject as AuditEntry, AuditState, DeputyRecord, FeedLook, FeedObject as Feed, FeedRefusalObject as FeedRefusal, FeedRunObject as FeedRun, FeedStepObject as FeedStep, PersonMade, PersonRecord, PostRecord, RoleKind, RoleObject as Holding, ServiceLevelObject as ServiceLevel, VisibilityObject as Visibility } from './types.gen'
export type { CertificateAnswer, CertificateObject as Certificate } from './types.gen'
export type { RuleObject as HouseRule, RulePreview, RulesAnswer } from './types.gen'
export type { RegulationObject as Regulation, RegulationReport, RegulationRow, RegulationText, RegulationVersionObject as RegulationVersion } from './types.gen'
export type { ApplicationAnswer, ApplicationObject as Application } from './types.gen'
export type { LockedAccountObject as LockedAccount, PhoneAdded, PhoneAnswer, SecondAddressAnswer, UnlockAnswer } from './types.gen'
export type { AddressBookObject as AddressBook, Addressee, ExportAnswer, ImportAnswer, PersonFilter, Request as LetterRequest, Template } from './types.gen'
export type { BlockedSender, RelabelAnswer, ReportAnswer, Secrecy, SecrecyCapability, SecrecyLookAnswer } from './types.gen'
export type { ApprovalObject as Approval, ApprovalParty, ApprovalStep, ApprovalVote, FlowCapability, FlowChange, FlowForeseeAnswer, FlowRule, FlowRuleSet, FlowStep, FlowTryAnswer, HeldLetter, JournalAnswer, JournalEntry, JournalFilter, Look, Removal, RemovalAnswer, ReviewMark } from './types.gen'

type Id = gen.Id

export interface Session extends gen.Session {
  capabilities: Record<string, Record<string, unknown>>
  accounts: Record<Id, SessionAccount>
}

export interface SessionAccount extends gen.SessionAccount {
  accountCapabilities: Record<string, Record<string, unknown>>
}

export type GetResponse<T> = gen.GetAnswer<T>

/** RFC 8621 section 2.2 adds updatedProperties for mailboxes. */
export interface ChangesResponse extends gen.ChangesAnswer {
  updatedProperties?: string[] | null
}

export type SetError = Pick<gen.SetError, 'type' | 'description' | 'properties'>

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

export interface StateChange extends gen.StateChange {
  '@type': 'StateChange'
}

export type MailboxRole = 'inbox' | 'archive' | 'drafts' | 'sent' | 'junk' | 'trash' | 'important' | 'flagged' | 'all' | 'scheduled' | 'snoozed'

export interface Mailbox extends Omit<gen.Mailbox, 'role'> {
  role: MailboxRole | null
}

/** The properties of a part that the client asks for. */
export type EmailBodyPart = Pick<gen.BodyPart, 'partId' | 'blobId' | 'size' | 'name' | 'type' | 'charset' | 'disposition' | 'cid'> & {
  language?: string[] | null
  subParts?: EmailBodyPart[] | null
}

export type Keywords = Record<string, true>

/** What every list fetches of an email. */
type Listed = Pick<gen.Email, 'id' | 'threadId' | 'from' | 'to' | 'subject' | 'receivedAt' | 'sentAt' | 'preview' | 'hasAttachment' | 'size'>

/** What is fetched when it is opened. */
type Opened = Partial<Pick<gen.Email, 'blobId' | 'cc' | 'bcc' | 'replyTo' | 'sender' | 'messageId' | 'inReplyTo' | 'references' | 'bodyValues' | 'headers'>>

/** Header fields of a letter sent by kind (doc/kinds.md). */
export interface KindFields {
  'header:X-Chancery-Kind:asText'?: string | null
  'header:X-Chancery-Meeting:asText'?: string | null
  'header:X-Chancery-Due:asText'?: string | null
  'header:X-Chancery-Every:asText'?: string | null
}

/** The field that asks for a read receipt (RFC 8098 section 2.1). */
export const RECEIPT_TO = 'header:Disposition-Notification-To:asAddresses'

/** The answer of MDN/send (RFC 9007 section 2.1). */
export interface MDNSendAnswer {
  accountId: Id
  sent: Record<string, unknown> | null
  notSent: Record<string, SetError> | null
}

/** Our own properties: of letters and time, of where they come from. */
type Timed = Partial<Pick<gen.Email, 'snoozed' | 'reminder' | 'scheduled' | 'backAt' | 'authenticity' | 'outside' | 'receipts' | 'secrecy'>> & {
  [RECEIPT_TO]?: gen.EmailAddress[] | null
}

/** RFC 8621 section 4. */
export interface Email extends Listed, Opened, KindFields, Timed {
  mailboxIds: Record<Id, true>
  keywords: Keywords
  textBody?: EmailBodyPart[]
  htmlBody?: EmailBodyPart[]
  attachments?: EmailBodyPart[]
}

export interface EmailSubmission extends Pick<gen.EmailSubmission, 'id' | 'identityId' | 'emailId' | 'threadId' | 'sendAt'> {
  undoStatus: 'pending' | 'final' | 'canceled'
}

export type EmailFilter = gen.EmailFilter
export type Filter = gen.Filter<EmailFilter>

export const CORE = 'urn:ietf:params:jmap:core'
export const MAIL = 'urn:ietf:params:jmap:mail'
export const SUBMISSION = 'urn:ietf:params:jmap:submission'
export const VACATION = 'urn:ietf:params:jmap:vacationresponse'
export const SIEVE = 'urn:ietf:params:jmap:sieve'
export const RULES = 'urn:chancery:params:jmap:rules'
export const DIRECTORY = 'urn:chancery:params:jmap:directory'
export const ADMIN = 'urn:chancery:params:jmap:admin'
export const RULEBOOK = 'urn:chancery:params:jmap:rulebook'
export const APPLICATIONS = 'urn:chancery:params:jmap:applications'
export const HOUSE_RULES = 'urn:chancery:params:jmap:house-rules'
export const FEEDS = 'urn:chancery:params:jmap:feeds'
export const MEANS = 'urn:chancery:params:jmap:means'
export const REGISTER = 'urn:chancery:params:jmap:register'
export const CONTACTS = 'urn:ietf:params:jmap:contacts'
export const PREFERENCES = 'urn:chancery:params:jmap:preferences'
export const TEMPLATES = 'urn:chancery:params:jmap:templates'
export const REQUESTS = 'urn:chancery:params:jmap:requests'
export const MDN = 'urn:ietf:params:jmap:mdn'
export const SIGNINS = 'urn:chancery:params:jmap:signins'
export const LATER = 'urn:chancery:params:jmap:later'
export const TRUST = 'urn:chancery:params:jmap:trust'
export const SECRECY = 'urn:chancery:params:jmap:secrecy'
export const APPROVALS = 'urn:chancery:params:jmap:approvals'
export const FLOW = 'urn:chancery:params:jmap:mailflow'
