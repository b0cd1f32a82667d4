// Made by cmd/tsgen from the Go types of wire/jmap and wire/jmapmail. Do not edit.

import type { Comparator, DateWithZone, Filter, Id, UTCDate } from './core.gen'

export type * from './core.gen'

/** RFC 8621 section 1.3.1. */
export interface MailCapability {
  maxMailboxesPerEmail: number | null
  maxMailboxDepth: number | null
  maxSizeMailboxName: number
  maxSizeAttachmentsPerEmail: number
  emailQuerySortOptions: string[]
  mayCreateTopLevelMailbox: boolean
}

/** RFC 8621 section 1.3.2. */
export interface SubmissionCapability {
  maxDelayedSend: number
  submissionExtensions: Record<string, string[] | null>
}

/** RFC 8621 section 2. */
export interface Mailbox {
  id: Id
  name: string
  parentId: Id | null
  role: string | null
  sortOrder: number
  totalEmails: number
  unreadEmails: number
  totalThreads: number
  unreadThreads: number
  myRights: MailboxRights
  isSubscribed: boolean
}

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

export interface MailboxFilter {
  parentId?: Id | null
  name?: string | null
  role?: string | null
  hasAnyRole?: boolean | null
  isSubscribed?: boolean | null
}

/** RFC 8621 section 3. */
export interface Thread {
  id: Id
  emailIds: Id[]
}

/** RFC 8621 section 4.1. Only the asked properties are there. */
export interface Email {
  id: Id
  blobId: Id
  threadId: Id
  mailboxIds: Record<string, boolean>
  keywords: Record<string, boolean>
  size: number
  receivedAt: UTCDate
  messageId: string[] | null
  inReplyTo: string[] | null
  references: string[] | null
  sender: EmailAddress[] | null
  from: EmailAddress[] | null
  to: EmailAddress[] | null
  cc: EmailAddress[] | null
  bcc: EmailAddress[] | null
  replyTo: EmailAddress[] | null
  subject: string | null
  sentAt: DateWithZone | null
  headers: EmailHeader[]
  bodyStructure: BodyPart | null
  bodyValues: Record<string, BodyValue>
  textBody: BodyPart[]
  htmlBody: BodyPart[]
  attachments: BodyPart[]
  hasAttachment: boolean
  preview: string
  snoozed: Snoozed | null
  reminder: Reminder | null
  scheduled: Scheduled | null
  backAt: UTCDate | null
  receipts: Receipt[]
  authenticity: Authenticity | null
  outside: boolean
  secrecy: Secrecy | null
}

/** A letter put out of sight (our own capability). */
export interface Snoozed {
  until: UTCDate
  mailboxId: Id | null
  setKeywords: Record<string, boolean>
}

export interface Scheduled {
  sendAt: UTCDate
  submissionId: Id
}

export interface Reminder {
  at: UTCDate
  unlessAnswered: boolean
}

export interface Receipt {
  recipient: string
  type: string
  at: UTCDate
}

/** What is proved of an email's origin (our own capability). */
export interface Authenticity {
  verdict: string
  domain: string | null
  spf: string
  dkim: string
  dmarc: string
}

export interface TrustCapability {
  maxReported: number
  maxBlocked: number
}

export interface BlockedSender {
  id: Id
  address: string
  createdAt: UTCDate
}

/** How secret an email is (our own capability). */
export interface Secrecy {
  level: string
  until: UTCDate | null
}

export interface SecrecyCapability {
  levels: SecrecyLevel[]
  ceiling: string
  outside: string
  isRequired: boolean
  mayLower: boolean
}

export interface SecrecyLevel {
  level: string
  mark: string
  years: number
  names: Record<string, string>
}

export interface SecrecyLookArgs {
  accountId: Id
  text?: string
  files?: FlowFile[]
}

export interface SecrecyLookAnswer {
  accountId: Id
  found: Record<string, number>
  words: string[]
  level: string | null
}

export interface RelabelArgs {
  accountId: Id
  emailId?: Id
  level?: string
  until?: UTCDate | null
  reason?: string
}

export interface RelabelAnswer {
  accountId: Id
  newState: string
}

export interface ReportArgs {
  accountId: Id
  emailIds?: Id[]
  kind?: string
}

export interface ReportAnswer {
  accountId: Id
  reportId: Id | null
  newState: string
}

export interface EmailAddress {
  name: string | null
  email: string
}

export interface EmailAddressGroup {
  name: string | null
  addresses: EmailAddress[]
}

export interface EmailHeader {
  name: string
  value: string
}

export interface BodyPart {
  partId: string | null
  blobId: Id | null
  size: number
  headers: EmailHeader[]
  name: string | null
  type: string
  charset: string | null
  disposition: string | null
  cid: string | null
  language: string[] | null
  location: string | null
  subParts: BodyPart[] | null
}

export interface BodyValue {
  value: string
  isEncodingProblem: boolean
  isTruncated: boolean
}

export interface EmailGetArgs {
  accountId: Id
  ids?: Id[] | null
  properties?: string[] | null
  bodyProperties?: string[] | null
  fetchTextBodyValues?: boolean
  fetchHTMLBodyValues?: boolean
  fetchAllBodyValues?: boolean
  maxBodyValueBytes?: number
}

/** RFC 8621 section 4.4.1. */
export interface EmailFilter {
  inMailbox?: string | null
  inMailboxOtherThan?: string[] | null
  before?: UTCDate | null
  after?: UTCDate | null
  minSize?: number | null
  maxSize?: number | null
  allInThreadHaveKeyword?: string | null
  someInThreadHaveKeyword?: string | null
  noneInThreadHaveKeyword?: string | null
  hasKeyword?: string | null
  notKeyword?: string | null
  hasAttachment?: boolean | null
  text?: string | null
  from?: string | null
  to?: string | null
  cc?: string | null
  bcc?: string | null
  subject?: string | null
  body?: string | null
  header?: string[] | null
}

export interface EmailQueryArgs {
  accountId: Id
  filter?: Filter<EmailFilter> | null
  sort?: Comparator[] | null
  position?: number
  anchor?: string | null
  anchorOffset?: number
  limit?: number | null
  calculateTotal?: boolean
  collapseThreads?: boolean
}

export interface EmailQueryChangesArgs {
  accountId: Id
  filter?: Filter<EmailFilter> | null
  sort?: Comparator[] | null
  sinceQueryState?: string
  maxChanges?: number | null
  upToId?: Id | null
  calculateTotal?: boolean
  collapseThreads?: boolean
}

export interface EmailImport {
  blobId?: Id
  mailboxIds?: Record<string, boolean>
  keywords?: Record<string, boolean>
  receivedAt?: UTCDate | null
}

export interface SearchSnippet {
  emailId: Id
  subject: string | null
  preview: string | null
}

/** RFC 8621 section 6. */
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

/** RFC 8621 section 7. */
export interface EmailSubmission {
  id: Id
  identityId: Id
  emailId: Id
  threadId: Id
  envelope: Envelope | null
  sendAt: UTCDate
  undoStatus: string
  deliveryStatus: Record<string, DeliveryStatus>
  dsnBlobIds: Id[]
  mdnBlobIds: Id[]
}

export interface Envelope {
  mailFrom: EnvelopeAddress
  rcptTo: EnvelopeAddress[]
}

export interface EnvelopeAddress {
  email: string
  parameters: Record<string, string | null>
}

export interface DeliveryStatus {
  smtpReply: string
  delivered: string
  displayed: string
}

export interface SubmissionFilter {
  identityIds?: Id[] | null
  emailIds?: Id[] | null
  threadIds?: Id[] | null
  undoStatus?: string | null
  before?: UTCDate | null
  after?: UTCDate | null
}

export interface SubmissionSetArgs {
  accountId: Id
  ifInState?: string | null
  create?: Record<string, unknown>
  update?: Record<string, unknown>
  destroy?: string[] | null
  onSuccessUpdateEmail?: Record<string, unknown>
  onSuccessDestroyEmail?: string[] | null
}

/** RFC 8621 section 8. */
export interface VacationResponse {
  id: Id
  isEnabled: boolean
  fromDate: UTCDate | null
  toDate: UTCDate | null
  subject: string | null
  textBody: string | null
  htmlBody: string | null
  outside?: OutsideReply
}

/** Other words for people outside (our own capability). */
export interface OutsideReply {
  isEnabled: boolean
  audience: string
  subject: string | null
  textBody: string | null
  htmlBody: string | null
}

/** Rules for arriving mail (our own capability). */
export interface MailRules {
  id: Id
  rules: Rule[]
  isActive: boolean
  activeScriptName: string | null
  script: string
  discarded: number
  lastError: string | null
  lastErrorAt: UTCDate | null
}

export interface Rule {
  id: Id
  name: string
  isEnabled: boolean
  match: string
  conditions: RuleCondition[]
  actions: RuleAction[]
}

export interface RuleCondition {
  field: string
  op: string
  value: string
  header?: string
}

export interface RuleAction {
  type: string
  value?: string
}

export interface RulesTestArgs {
  accountId: Id
  mailboxId?: Id
  rules?: Rule[]
  limit?: number
}

export interface RulesTestAnswer {
  accountId: Id
  looked: number
  matches: RuleMatch[]
}

export interface RuleMatch {
  emailId: Id
  ruleIds: Id[]
}

export interface RulesRunArgs {
  accountId: Id
  mailboxId?: Id
  ruleIds?: Id[] | null
  after?: string | null
  limit?: number
}

export interface RulesRunAnswer {
  accountId: Id
  looked: number
  changed: number
  left: number
  next: string | null
}

/** RFC 9661 section 2. */
export interface SieveScript {
  id: Id
  name: string | null
  blobId: Id
  isActive: boolean
}

/** A person of the directory (our own capability). */
export interface PersonObject {
  id: Id
  name: string
  email: string
  language: string
  rank: string
  phone: string
  category: Record<string, string>
  posts: PostObject[]
}

export interface PostObject {
  title: string
  kind: string
  unit: string
  unitId: Id
  unitPath: string[]
}

export interface UnitObject {
  id: Id
  parentId: Id | null
  names: Record<string, string>
  sortOrder: number
  totalPeople: number
  email: string | null
}

export interface PersonFilter {
  text?: string
  unitId?: Id | null
  inSubunits?: boolean
}

/** A distribution list or the mailbox of a function. */
export interface ListObject {
  id: Id
  name: string
  email: string
  kind: string
  unitId: Id | null
  totalMembers: number
}

export interface OrganisationObject {
  id: Id
  domains: string[]
}

/** A second factor of one's own. */
export interface FactorObject {
  id: Id
  kind: string
  name: string
  confirmed: boolean
  madeAt: string
  usedAt: string | null
}

export interface FactorEnrolment {
  id: Id
  secret: string
  uri: string
  qr: string
}

export interface FactorAnswer {
  accountId: Id
  list: FactorObject[]
  recoveryCodes: number
}

export interface RecoveryAnswer {
  codes: string[]
}

export interface AppPasswordObject {
  id: Id
  name: string
  madeAt: string
  usedAt: string | null
  usedFrom: string
}

export interface AppPasswordMade {
  id: Id
  password: string
}

/** What the browser asks a new security key. */
export interface KeyEnrolmentObject {
  id: Id
  options: unknown[] | null
}

/** A device that the person signed in with. */
export interface DeviceObject {
  id: Id
  agent: string
  peer: string
  firstAt: string
  seenAt: string
  current: boolean
}

/** A session of the web client. */
export interface SessionObject {
  id: Id
  peer: string
  agent: string
  openedAt: string
  seenAt: string
  twoFactor: boolean
  current: boolean
}

/** What the person may do as an administrator (our own capability). */
export interface AdminCapability {
  duties: string[]
  units: Record<string, string[] | null>
  separateRoles: boolean
  roles: RoleKind[]
}

export interface RoleKind {
  role: string
  scope: string
  duties: string[]
  excludes: string[]
}

/** A role that somebody holds. */
export interface RoleObject {
  id: Id
  role: string
  unitId: Id | null
  email: string
  name: string
  grantedBy: string | null
  grantedAt: UTCDate
}

/** A person as those see them who administer them. */
export interface PersonRecord {
  id: Id
  email: string
  language: string
  myRights: PersonRights
  locked: boolean
  clearance: string
  name: string
  aliases: string[]
  rank: string
  rankOrder: number
  sortOrder: number
  levelId: Id | null
  categoryId: string | null
  phone: string
  posts: Record<string, PostRecord>
  deputies: Record<string, DeputyRecord>
}

export interface PersonRights {
  mayEdit: boolean
  mayLock: boolean
  mayUnlock: boolean
  mayClear: boolean
}

export interface PostRecord {
  title: string
  kind: string
  unitId: Id
  sortOrder: number
  starts: string | null
  ends: string | null
  clearance: string | null
}

export interface DeputyRecord {
  personId: Id
  starts: string
  ends: string
}

export interface RecordFilter {
  text?: string
  unitId?: Id | null
  inSubunits?: boolean
  levelId?: Id | null
  categoryId?: string | null
  locked?: boolean | null
}

export interface PersonMade {
  id: Id
  password: string | null
}

/** A rule of who is not shown to everybody. */
export interface VisibilityObject {
  id: Id
  unitId: Id | null
  levelId: Id | null
  shownTo: string[]
  totalPeople: number
}

export interface ServiceLevelObject {
  id: Id
  names: Record<string, string>
  quota: number
  without: string[]
  maxMessage: number
  maxAttachments: number
  maxRecipients: number
  maxHourly: number
  maxDaily: number
  sortOrder: number
  totalPeople: number
}

/** A kind of staff; its id is the code by which personnel systems call it. */
export interface CategoryObject {
  id: Id
  names: Record<string, string>
  sortOrder: number
  totalPeople: number
}

/** Another system that keeps units and people here (our own capability). */
export interface FeedObject {
  id: Id
  name: string
  kind: string
  unitId: Id | null
  units: boolean
  guard: number
  kept: number
  minutes: number
  next: UTCDate | null
  asked: UTCDate | null
  failed: number
  trouble: string
}

export interface FeedRunObject {
  id: Id
  feedId: Id
  kind: string
  undoesId: Id | null
  state: string
  made: UTCDate
  ended: UTCDate | null
  steps: number
  done: number
  refused: number
  skipped: number
  leaving: number
  guarded: boolean
  problem: string
}

export interface FeedStepObject {
  num: number
  kind: string
  key: string
  place: string
  name: string
  before: string
  after: string
}

export interface FeedRefusalObject {
  skipped: boolean
  place: string
  key: string
  name: string
  rule: string
  reason: string
}

/** A page of what a run does. */
export interface FeedLook {
  run: FeedRunObject
  steps: FeedStepObject[]
  refusals: FeedRefusalObject[]
}

/** An application for an account (our own capability). */
export interface ApplicationObject {
  id: Id
  unitId: Id | null
  made: UTCDate
  name: string
  number: string
  agency: string
  title: string
  phone: string
  contact: string
  address: string
  note: string
  papers: ApplicationPaper[]
}

export interface ApplicationPaper {
  name: string
  type: string
  size: number
  url: string
}

/** What Application/approve answers. */
export interface ApplicationAnswer {
  email: string
  password: string | null
}

/** A regulation of the house in one language (our own capability). */
export interface RegulationText {
  title: string
  body: string
}

/** A regulation in force, as the person has it. */
export interface RegulationObject {
  id: Id
  versionId: Id
  number: number
  texts: Record<string, RegulationText>
  starts: string
  dueAt: UTCDate | null
  acceptedAt: UTCDate | null
}

/** A version of a regulation, as administrators have it. */
export interface RegulationVersionObject {
  id: Id
  ruleId: Id
  number: number
  state: string
  publishedAt: UTCDate | null
  publishedBy: string
  withdrawnAt: UTCDate | null
  remindedAt: UTCDate | null
  texts: Record<string, RegulationText>
  starts: string | null
  within: number | null
  public: boolean
  unitIds: Id[]
  categoryIds: Id[]
}

export interface RegulationDraft {
  texts: Record<string, RegulationText>
  starts: string | null
  within: number | null
  public: boolean
  unitIds: Id[]
  categoryIds: Id[]
}

/** Who accepted a version and who did not. */
export interface RegulationReport {
  total: number
  accepted: number
  found: number
  units: RegulationCount[]
  list: RegulationRow[]
}

export interface RegulationCount {
  unitId: Id | null
  total: number
  accepted: number
}

export interface RegulationRow {
  name: string
  email: string
  unitId: Id | null
  concerned: boolean
  acceptedAt: UTCDate | null
  peer: string
}

/** An entry of the record of what happened. */
export interface AuditObject {
  id: Id
  at: UTCDate
  email: string
  post: string
  peer: string
  zone: string
  machine: string
  door: string
  verb: string
  object: string
  name: string
  result: string
  rule: string
  before: string
  after: string
}

/** A page of the record. */
export interface AuditLook {
  list: AuditObject[]
  next: string | null
  until: UTCDate | null
}

export interface AuditFilter {
  who?: string
  object?: string
  family?: string
  result?: string
  from?: string
  to?: string
  peer?: string
  zone?: string
}

export interface AuditState {
  entries: number
  families: string[]
  zones: string[]
  checked: AuditChecked | null
  checkpoint: AuditCheckpoint | null
}

export interface AuditChecked {
  at: UTCDate
  entries: number
  signed: number
  fault: string | null
  broken: string | null
}

export interface AuditCheckpoint {
  at: UTCDate
  entries: number
  note: string
  key: string
}

/** A choice of the person; its id is its name. */
export interface PreferenceObject {
  id: Id
  value: unknown[] | null
}

/** An account that waits to be unlocked (our own capability). */
export interface LockedAccountObject {
  id: Id
  email: string
  name: string
  unitId: Id | null
  reasons: string[]
  since: UTCDate | null
  lockedBy: string | null
  askedAt: UTCDate | null
  note: string
  peer: string
  needsPassword: boolean
  mayPassword: boolean
}

/** A setting that decides over people (our own capability). */
export interface RuleObject {
  key: string
  value: string
  source: string
}

export interface RulesAnswer {
  list: RuleObject[]
}

/** Whom a rule would touch. */
export interface RulePreview {
  total: number
  people: RuleAffected[]
}

export interface RuleAffected {
  email: string
  name: string
  unitId: Id | null
}

/** What LockedAccount/unlock answers. */
export interface UnlockAnswer {
  password: string | null
}

/** What somebody is signed in with, to who administers their account. */
export interface AccountAccess {
  sessions: SessionObject[]
  devices: DeviceObject[]
  appPasswords: AppPasswordObject[]
}

/** What somebody proves with who they are, to security administrators. */
export interface AccountMeans {
  factors: FactorObject[]
  recoveryCodes: number
  phone: string | null
  secondAddress: string | null
}

/** A system that people sign on to, or sign in by (our own capability). */
export interface Party {
  id: Id
  party: string
  kind: string
  clientId: Id
  madeAt: UTCDate
  name: string
  assurance: number
  consent: string
  redirects: string[]
  logouts: string[]
  frontLogout: string
  backLogout: string
  pairwise: boolean
  device: boolean
  offline: boolean
  nameId: Id
  attributes: string[]
  start: boolean
  domains: string[]
  ourId: Id
  base: string
  filter: string
}

export interface PartyFields {
  name: string
  assurance: number
  consent: string
  redirects: string[]
  logouts: string[]
  frontLogout: string
  backLogout: string
  pairwise: boolean
  device: boolean
  offline: boolean
  nameId: Id
  attributes: string[]
  start: boolean
  domains: string[]
  ourId: Id
  base: string
  filter: string
}

export interface PartyMade {
  id: Id
  secret: string | null
}

export interface PartySecret {
  secret: string
}

/** What SecondAddress/get answers. */
export interface SecondAddressAnswer {
  accountId: Id
  offered: boolean
  email: string | null
  pending: string | null
}

/** What Phone/get answers. */
export interface PhoneAnswer {
  accountId: Id
  offered: boolean
  useful: boolean
  number: string | null
  pending: string | null
  second: boolean
}

export interface PhoneAdded {
  late: boolean
}

/** A certificate that the person signs in by (our own capability). */
export interface CertificateObject {
  id: Id
  name: string
  issuer: string
  number: string
  madeAt: string
  endsAt: string
  usedAt: string | null
}

/** What Certificate/get answers. */
export interface CertificateAnswer {
  accountId: Id
  offered: boolean
  signs: boolean
  list: CertificateObject[]
}

/** A sign-in to the person's own account (our own capability). */
export interface SignInObject {
  id: Id
  at: UTCDate
  address: string
  peer: string
  inner: boolean
  machine: string
  door: string
  result: string
  odd: string[]
}

/** A letter prepared in advance. */
export interface Template {
  id: Id
  name: string
  kind: string | null
  subject: string
  htmlBody: string
  to: EmailAddress[] | null
  cc: EmailAddress[] | null
  dueDays: number | null
  every: string | null
  sortOrder: number
  files: TemplateFile[]
}

/** A file that goes along with the letters of a template. */
export interface TemplateFile {
  blobId: Id
  name: string
  type: string
  size: number
}

/** What a letter sent by kind asks of its addressees. */
export interface Request {
  id: Id
  emailId: Id
  messageId: string
  kind: string
  subject: string
  sentAt: UTCDate
  dueAt: UTCDate | null
  every: string | null
  period: number
  isClosed: boolean
  addressees: Addressee[]
}

export interface Addressee {
  email: string
  name: string
  wasAsked: boolean
  answeredAt: UTCDate | null
  answerEmailId: Id | null
  remindedAt: UTCDate | null
}

/** RFC 9610 section 2. */
export interface AddressBookObject {
  id: Id
  name: string
  description: string | null
  sortOrder: number
  isDefault: boolean
  isSubscribed: boolean
  shareWith:  | null
  myRights: AddressBookRight
}

export interface AddressBookRight {
  mayRead: boolean
  mayWrite: boolean
  mayShare: boolean
  mayDelete: boolean
}

/** The answer of VCard/import. */
export interface ImportAnswer {
  accountId: Id
  created: number
  updated: number
  refused: number
  newState: string
}

export interface ExportAnswer {
  accountId: Id
  count: number
  text: string
}

/** Large files by link (our own capability). */
export interface ParcelCapability {
  uploadPath: string
  maxFile: number
  maxFiles: number
  space: number
  days: number
  maxDays: number
  outside: boolean
}

/** Files that people fetch by one link. */
export interface ParcelObject {
  id: Id
  name: string
  state: string
  link: string | null
  createdAt: UTCDate
  expiresAt: UTCDate
  secrecy: string | null
  inside: boolean
  hasPassword: boolean
  maxDownloads: number | null
  files: ParcelFile[]
  log: ParcelFetch[] | null
}

export interface ParcelFile {
  id: Id
  name: string
  type: string
  size: number
  downloads: number
}

/** Somebody fetched a file, or began to. */
export interface ParcelFetch {
  file: string
  at: UTCDate
  peer: string
  person: string
  sent: number
  whole: boolean
}

/** Our capability of looking into files. */
export interface AttachmentsCapability {
  canConvert: boolean
  maxText: number
}

export interface AttachmentText {
  accountId: Id
  blobId: Id
  text: string
  charset: string
  isTruncated: boolean
  isEncodingProblem: boolean
}

export interface AttachmentList {
  accountId: Id
  blobId: Id
  isArchive: boolean
  total: number
  isTruncated: boolean
  entries: ArchiveEntry[]
}

export interface ArchiveEntry {
  name: string
  size: number
  packedSize: number
  modified: string | null
  isFolder: boolean
  isEncrypted: boolean
}

export interface AttachmentOpened {
  accountId: Id
  blobId: Id
  isTnef: boolean
  isTruncated: boolean
  subject: string
  text: string
  html: string
  files: OpenedFile[]
}

export interface OpenedFile {
  blobId: Id
  name: string
  type: string
  size: number
}

export interface AttachmentConverted {
  accountId: Id
  blobId: Id
  pdf: string | null
  reason: string | null
}

export interface FlowCapability {
  mayRule: boolean
  maySeeRules: boolean
  mayLook: boolean
  fourEyes: boolean
  secondLook: boolean
  maxLook: number
}

/** A rule for letters on their way (our own capability). */
export interface FlowRule {
  id: Id
  isNew: boolean
  rule: FlowRuleSet
  waiting: FlowChange | null
}

export interface FlowRuleSet {
  name: string
  isEnabled: boolean
  when: FlowWhen
  unless: FlowUnless
  then: FlowThen
}

export interface FlowWhen {
  direction: string
  senderUnits: string[]
  senders: string[]
  recipientUnits: string[]
  recipients: string[]
  outside: boolean
  level: string | null
  words: string[]
  persons: number
  attachments: FlowFiles | null
}

export interface FlowFiles {
  any: boolean
  types: string[]
  larger: number
  unreadable: boolean
}

export interface FlowUnless {
  senderUnits: string[]
  senders: string[]
  recipientUnits: string[]
  recipients: string[]
  encrypted: boolean
}

export interface FlowThen {
  hold: FlowReview | null
  monitor: string
  journal: boolean
  refuse: string
  require: string
  disclaimer: FlowText | null
  warn: string
}

export interface FlowReview {
  steps: FlowStep[]
  appeal: string[]
}

export interface FlowStep {
  reviewers: string[]
  head: boolean
  all: boolean
  hours: number
  late: string
  escalate: string[]
}

export interface FlowText {
  text: string
  top: boolean
}

export interface FlowChange {
  approvalId: Id
  isMine: boolean
  reason: string
  before: FlowRuleSet | null
  after: FlowRuleSet | null
}

export interface FlowRuleSetArgs {
  accountId: Id
  id?: Id | null
  rule?: FlowRuleSet | null
  reason?: string
}

export interface FlowRuleSetAnswer {
  accountId: Id
  id: Id
  waits: boolean
}

export interface FlowTryArgs {
  accountId: Id
  rule?: FlowRuleSet
  days?: number
}

export interface FlowTryAnswer {
  accountId: Id
  letters: number
  isWhole: boolean
  total: number
  list: FlowHit[]
}

export interface FlowHit {
  at: UTCDate
  sender: string
  outside: boolean
  level: string | null
  found: string[]
}

export interface FlowForeseeArgs {
  accountId: Id
  from?: string
  to?: string[]
  subject?: string
  text?: string
  level?: string | null
  files?: FlowFile[]
}

export interface FlowFile {
  name: string
  type: string
  size: number
  blobId: Id | null
}

export interface FlowForeseeAnswer {
  accountId: Id
  refused: string | null
  warnings: string[]
  isHeld: boolean
  hasReviewer: boolean
  reviewers: string[]
}

/** A letter that waits for review: the about of an approval. */
export interface HeldLetter {
  subject: string
  from: string
  to: string[]
  files: string[]
  size: number
  rules: string[]
  found: ReviewMark[]
  blobId: Id | null
  accountId: Id | null
  submissionId: Id | null
  emailId: Id | null
  mayAppeal: boolean
}

export interface ReviewMark {
  where: string
  kind: string
  text: string
  file: string
}

export interface AppealArgs {
  accountId: Id
  approvalId?: Id
  reason?: string
}

export interface AppealAnswer {
  accountId: Id
  submissionId: Id
}

/** Leave to read another's mail. */
export interface Look {
  id: Id
  lookInto: string | null
  email: string
  purpose: string
  hours: number
  until: UTCDate | null
}

export interface LookAskArgs {
  accountId: Id
  email?: string | null
  purpose?: string
  hours?: number
}

export interface LookAnswer {
  accountId: Id
  look: Look | null
}

/** A letter that is taken out of all mailboxes. */
export interface Removal {
  id: Id
  state: string
  at: UTCDate
  messageId: string
  from: string
  subject: string
  level: string | null
  reason: string
  found: number
  out: number
  until: UTCDate | null
}

export interface RemovalAskArgs {
  accountId: Id
  messageId?: string
  from?: string
  reason?: string
}

export interface RemovalRestoreArgs {
  accountId: Id
  id?: Id
  reason?: string
}

export interface RemovalAnswer {
  accountId: Id
  removal: Removal | null
}

export interface JournalArgs {
  accountId: Id
  filter?: JournalFilter | null
  before?: string | null
  limit?: number
}

export interface JournalFilter {
  sender?: string
  recipient?: string
  subject?: string
  rule?: string
  direction?: string
  level?: string
  after?: UTCDate | null
  before?: UTCDate | null
}

export interface JournalAnswer {
  accountId: Id
  list: JournalEntry[]
  next: string | null
  until: UTCDate | null
}

export interface JournalEntry {
  id: Id
  at: UTCDate
  direction: string
  sender: string
  from: string
  to: string[]
  subject: string
  level: string | null
  rules: string[]
  blobId: Id
}

/** A question that waits for a decision (our own capability). */
export interface ApprovalObject {
  id: Id
  kind: string
  state: string
  title: string
  level: string | null
  reason: string
  earlierId: Id | null
  asker: ApprovalParty | null
  isMine: boolean
  mayDecide: boolean
  inPlaceOf: ApprovalParty | null
  madeAt: UTCDate
  dueAt: UTCDate | null
  closedAt: UTCDate | null
  steps: ApprovalStep[]
  stepInHand: number
  about: unknown
}

export interface ApprovalParty {
  name: string
  email: string
  duty: string
}

export interface ApprovalStep {
  all: boolean
  deciders: ApprovalParty[]
  said: ApprovalVote[]
}

export interface ApprovalVote {
  what: string
  by: ApprovalParty | null
  for: ApprovalParty | null
  to: ApprovalParty | null
  note: string
  at: UTCDate
}

export interface ApprovalDecideArgs {
  accountId: Id
  id?: Id
  what?: string
  note?: string
  to?: string
}

export interface ApprovalDecideAnswer {
  accountId: Id
  state: string
}

/** What an import of an mbox file tells at its end. */
export interface ImportAnswer {
  imported: number
  duplicates: number
  failed: number
  problems: string[]
  error: string | null
}
