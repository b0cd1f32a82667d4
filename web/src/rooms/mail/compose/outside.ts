import type { EmailAddress } from '~/api/jmap'
import { validAddress } from './draft'

/** Whether an address is known to be of another organisation. */
export function isOutside(a: EmailAddress, domains: ReadonlySet<string> | undefined): boolean {
  const domain = a.email.slice(a.email.lastIndexOf('@') + 1).toLowerCase()
  return domains !== undefined && domains.size > 0 && validAddress(a.email) && !domains.has(domain)
}
