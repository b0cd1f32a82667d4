import { t, type Key } from '~/kit/i18n'

// The words by which the server says why it does not take something.
const reasons: Record<string, Key> = {
  unreadable: 'means.unreadable', taken: 'cert.no.taken', tooMany: 'means.tooMany', unregistrable: 'cert.no.unregistrable', unsuited: 'cert.no.unsuited',
  untrusted: 'cert.no.untrusted', expired: 'cert.no.expired', badNumber: 'means.badNumber', ownAddress: 'means.ownAddress', invalidArguments: 'means.badAddress',
}

/** Why it is refused, in the language spoken here; undefined where only the fact is known. */
export function refused(type: string): string | undefined {
  const key = reasons[type]
  return key && t(key)
}

const kinds: Record<string, Key> = { totp: 'means.kind.totp', key: 'means.kind.key', sms: 'means.kind.sms' }

export const kindName = (kind: string): string => (kinds[kind] ? t(kinds[kind]) : kind)

/** A certificate out of a file, as the server reads it: PEM as it is, DER in base64. */
export async function fileText(file: File): Promise<string> {
  const bytes = new Uint8Array(await file.slice(0, 48 << 10).arrayBuffer())
  const binary = Array.from(bytes, (b) => String.fromCharCode(b)).join('')
  return binary.includes('-----BEGIN') ? binary : btoa(binary)
}
