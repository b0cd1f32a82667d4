import type { ParcelCapability } from '~/api/types.gen'
import type { Draft } from '../compose/draft'
import type { MailEngine } from '../engine'

export const PARCELS = 'urn:chancery:params:jmap:parcel'

/** Files of a letter that go by link: on their way, or there with what the letter says of them. */
export interface DraftLink {
  key: string
  name: string
  size: number
  /** How much is sent, from 0 to 1; undefined when all is. */
  progress?: number | undefined
  error?: string
  /** The parcel and what the letter says of it, once it is made. */
  parcel?: string
  expiresAt?: string
  html?: string
  text?: string
  /** To be told by another way: it never goes into the letter. */
  password?: string
}

/** What a person who may send files by link is told; undefined for others. */
export function parcelTerms(engine: MailEngine): ParcelCapability | undefined {
  const account = engine.session.accounts[engine.session.primaryAccounts[PARCELS] ?? '']
  return account?.accountCapabilities[PARCELS] as ParcelCapability | undefined
}

/** Whether a text may hold links of ours to files; which they are the server knows. */
export const mayHoldLinks = (body: string): boolean => /\/p\/[a-z0-9]{32}/.test(body)

/** The letter with its links under what is written. */
export function withLinks(d: Draft): Draft {
  const made = d.links?.filter((l) => l.html) ?? []
  if (made.length === 0) return d
  return { ...d, body: d.rich ? d.body + made.map((l) => l.html).join('') : `${d.body.trimEnd()}\n\n${made.map((l) => l.text).join('\n\n')}` }
}
