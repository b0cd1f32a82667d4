import type { Key } from '~/kit/i18n'
import type { Draft } from './PartyForm'

/** What can be registered. */
export const news: { id: string; party: string; kind: string; label: Key }[] = [
  { id: 'client', party: 'client', kind: 'web', label: 'parties.addKind.client' },
  { id: 'service', party: 'service', kind: 'saml', label: 'parties.addKind.service' },
  { id: 'oidc', party: 'provider', kind: 'oidc', label: 'parties.addKind.oidc' },
  { id: 'saml', party: 'provider', kind: 'saml', label: 'parties.addKind.saml' },
  { id: 'ldap', party: 'provider', kind: 'ldap', label: 'parties.addKind.ldap' },
]

export const groups: { party: string; label: Key }[] = [
  { party: 'client', label: 'parties.group.client' },
  { party: 'service', label: 'parties.group.service' },
  { party: 'provider', label: 'parties.group.provider' },
]

export const kindWords: Record<string, Key> = { web: 'parties.kind.web', native: 'parties.kind.native', mail: 'parties.kind.mail' }
export const consentWords: Record<string, Key> = { never: 'parties.consent.never', first: 'parties.consent.first', always: 'parties.consent.always' }
export const assuranceWords: Record<string, Key> = { 1: 'parties.assurance.1', 2: 'parties.assurance.2', 3: 'parties.assurance.3' }
export const nameWords: Record<string, Key> = { persistent: 'parties.nameId.persistent', transient: 'parties.nameId.transient', email: 'parties.nameId.email' }
export const attributeWords: Record<string, Key> = { mail: 'parties.attribute.mail', name: 'parties.attribute.name', language: 'parties.attribute.language' }

/** What a new system has before anybody says more. */
export const fresh: Draft = {
  party: 'client', kind: 'web', name: '', assurance: 1, consent: 'first', redirects: [], logouts: [], pairwise: false, device: false, offline: false,
  nameId: 'persistent', attributes: [], start: false, domains: [], ourId: '', frontLogout: '', backLogout: '', base: '', filter: '', issuer: '', secret: '', metadata: '',
}
