import type access from './en/access.json'
import type agency from './en/agency.json'
import type approvals from './en/approvals.json'
import type apply from './en/apply.json'
import type bulk from './en/bulk.json'
import type categories from './en/categories.json'
import type certificates from './en/certificates.json'
import type console from './en/console.json'
import type contacts from './en/contacts.json'
import type content from './en/content.json'
import type folders from './en/folders.json'
import type gaps from './en/gaps.json'
import type gallery from './en/gallery.json'
import type later from './en/later.json'
import type levels from './en/levels.json'
import type life from './en/life.json'
import type looks from './en/looks.json'
import type mailrules from './en/mailrules.json'
import type main from './en/main.json'
import type means from './en/means.json'
import type merge from './en/merge.json'
import type offline from './en/offline.json'
import type palette from './en/palette.json'
import type parcel from './en/parcel.json'
import type parties from './en/parties.json'
import type phone from './en/phone.json'
import type policy from './en/policy.json'
import type record from './en/record.json'
import type review from './en/review.json'
import type rules from './en/rules.json'
import type regulations from './en/regulations.json'
import type removals from './en/removals.json'
import type rulebook from './en/rulebook.json'
import type secrecy from './en/secrecy.json'
import type security from './en/security.json'
import type settings from './en/settings.json'
import type signins from './en/signins.json'
import type sso from './en/sso.json'
import type sync from './en/sync.json'
import type templates from './en/templates.json'
import type ways from './en/ways.json'
import type writeas from './en/writeas.json'

/**
 * The areas that texts are kept in: a file of that name for each language.
 * `main` is there from the start; another comes with the chunk that uses it,
 * by `withTexts`.
 */
export interface Areas {
  access: typeof access
  agency: typeof agency
  apply: typeof apply
  approvals: typeof approvals
  bulk: typeof bulk
  categories: typeof categories
  certificates: typeof certificates
  console: typeof console
  contacts: typeof contacts
  content: typeof content
  folders: typeof folders
  gallery: typeof gallery
  gaps: typeof gaps
  later: typeof later
  levels: typeof levels
  life: typeof life
  looks: typeof looks
  mailrules: typeof mailrules
  main: typeof main
  means: typeof means
  merge: typeof merge
  offline: typeof offline
  palette: typeof palette
  parcel: typeof parcel
  parties: typeof parties
  phone: typeof phone
  policy: typeof policy
  record: typeof record
  review: typeof review
  rules: typeof rules
  regulations: typeof regulations
  removals: typeof removals
  rulebook: typeof rulebook
  secrecy: typeof secrecy
  security: typeof security
  settings: typeof settings
  signins: typeof signins
  sso: typeof sso
  sync: typeof sync
  templates: typeof templates
  ways: typeof ways
  writeas: typeof writeas
}

export type Area = keyof Areas
type KeysOf<T> = T extends unknown ? keyof T : never
export type Key = KeysOf<Areas[Area]>
