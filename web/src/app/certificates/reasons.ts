import type { Key } from '~/kit/i18n'

/** The words by which the server says why a certificate was not taken. */
export const reasons: Record<string, Key> = {
  none: 'cert.no.none',
  untrusted: 'cert.no.untrusted',
  expired: 'cert.no.expired',
  unsuited: 'cert.no.unsuited',
  revoked: 'cert.no.revoked',
  unchecked: 'cert.no.unchecked',
  nobody: 'cert.no.nobody',
  several: 'cert.no.several',
  taken: 'cert.no.taken',
  tooMany: 'cert.no.tooMany',
  unregistrable: 'cert.no.unregistrable',
  unreadable: 'cert.no.unreadable',
  otherText: 'cert.no.otherText',
}
