import { t, type Key } from '~/kit/i18n'
import { resultName, roleName } from '../data'

const families: Record<string, Key> = {
  signIns: 'record.family.signIns', credentials: 'record.family.credentials', accounts: 'record.family.accounts', people: 'record.family.people',
  roles: 'record.family.roles', regulations: 'record.family.regulations', sync: 'record.family.sync', sso: 'record.family.sso', record: 'record.family.record', mail: 'record.family.mail', files: 'record.family.files',
}
const zones: Record<string, Key> = { inner: 'record.zone.inner', outer: 'record.zone.outer', vpn: 'record.zone.vpn' }
const forms: Record<string, string> = { csv: 'CSV', jsonl: 'JSON Lines' }

const named = (keys: Record<string, Key>, name: string): string => {
  const key = keys[name]
  return key ? t(key) : name
}

/** A family of verbs; one that this client does not know as the server calls it. */
export const familyName = (name: string): string => named(families, name)

/** A zone of the network. */
export const zoneName = (name: string): string => named(zones, name)

/** How an act ended. */
export const endName = (result: string): string => (result === 'ok' ? t('record.done') : result === 'refused' ? t('record.refused') : resultName(result))

/** What the value of a member is called, where it is a word of ours. */
export const valueNames: Record<string, (v: string) => string> = { role: roleName, family: familyName, zone: zoneName, result: endName, form: (v) => forms[v] ?? v }
