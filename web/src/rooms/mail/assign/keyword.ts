import type { Email } from '~/api/jmap'

const PREFIX = 'assigned:'
/** Set when the one it was given to is done with it. */
export const DONE = '$done'

/** Keywords take what an IMAP atom takes (RFC 9051 section 9); an address in other letters has no such form. */
export function assignedTo(address: string): string {
  return `${PREFIX}${address.toLowerCase()}`
}

export function canBeAssigned(address: string): boolean {
  return /^[\x21-\x7e]{1,80}$/.test(address) && !/[()\]{%*"\\]/.test(address)
}

/** The address of the colleague a letter was given to. */
export function assignee(email: Pick<Email, 'keywords'>): string | undefined {
  return Object.keys(email.keywords).find((k) => k.startsWith(PREFIX))?.slice(PREFIX.length)
}
