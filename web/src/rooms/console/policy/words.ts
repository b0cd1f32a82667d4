import { language, t, type Key } from '~/kit/i18n'
import { fileSize } from '~/kit/i18n/dates'
import type { HouseRule, ServiceLevel } from '~/api/jmap'
import { nameIn } from '../data'

export const groups: readonly (readonly [Key, (key: string) => boolean])[] = [
  ['policy.group.general', (k) => k === 'presets' || /^(workdays|admin|applications)\./.test(k)],
  ['policy.group.passwords', (k) => k.startsWith('passwords.')],
  ['policy.group.inner', (k) => k.startsWith('zones.inner.')],
  ['policy.group.vpn', (k) => k.startsWith('zones.vpn.')],
  ['policy.group.outer', (k) => k.startsWith('zones.outer.')],
  ['policy.group.devices', (k) => /^(devices|http)\./.test(k)],
  ['policy.group.mail', (k) => k.startsWith('mail.')],
]

const labels: Record<string, Key> = {
  presets: 'policy.rule.presets', country: 'policy.rule.country', min_length: 'policy.rule.min_length', classes: 'policy.rule.classes',
  first_days: 'policy.rule.first_days', max_months: 'policy.rule.max_months', second_address: 'policy.rule.second_address', needs: 'policy.rule.needs',
  admin_needs: 'policy.rule.admin_needs', methods: 'policy.rule.methods', app_passwords: 'policy.rule.app_passwords', unknown_device: 'policy.rule.unknown_device',
  phones: 'policy.rule.phones', session_idle: 'policy.rule.session_idle', session_life: 'policy.rule.session_life', offline: 'policy.rule.offline',
  default_quota: 'policy.rule.default_quota', max_message: 'policy.rule.max_message', max_attachments: 'policy.rule.max_attachments',
  letters_per_hour: 'policy.rule.letters_per_hour', recipients_per_day: 'policy.rule.recipients_per_day', forward_outside: 'policy.rule.forward_outside',
  combine_roles: 'policy.rule.combine_roles', open: 'policy.rule.open',
}
const words: Record<string, Record<string, Key>> = {
  needs: { password: 'policy.needs.password', two: 'policy.needs.two', hardware: 'policy.needs.hardware', closed: 'policy.needs.closed' },
  admin_needs: { '': 'policy.same', password: 'policy.needs.password', two: 'policy.needs.two', hardware: 'policy.needs.hardware' },
  unknown_device: { allow: 'policy.unknown.allow', second: 'policy.unknown.second', refuse: 'policy.unknown.refuse' },
  phones: { many: 'policy.phones.many', replace: 'policy.phones.replace', refuse: 'policy.phones.refuse' },
  methods: { totp: 'policy.method.totp', key: 'policy.method.key', recovery: 'policy.method.recovery', certificate: 'policy.method.certificate', sms: 'policy.method.sms' },
  country: { '': 'policy.weekdays' },
  presets: { '': 'policy.noPresets' },
}
const sources: Record<string, Key> = { default: 'policy.source.default', file: 'policy.source.file', environment: 'policy.source.environment' }

const last = (key: string): string => key.slice(key.lastIndexOf('.') + 1)

export function label(r: HouseRule): string {
  const key = labels[last(r.key)]
  return key ? t(key) : r.key
}

/** What a setting says, in words. */
export function meaning(r: HouseRule): string {
  const name = last(r.key)
  const own = words[name]
  if (name === 'methods') return new Intl.ListFormat(language(), { type: 'conjunction' }).format(r.value.split(',').map((m) => (own?.[m] ? t(own[m]) : m)))
  const key = own?.[r.value]
  if (key) return t(key)
  if (r.value === 'true' || r.value === 'false') return t(r.value === 'true' ? 'policy.yes' : 'policy.no')
  if (r.value === '0') return t('policy.none')
  if (/^(default_quota|max_message|max_attachments)$/.test(name)) return fileSize(Number(r.value))
  const hours = /^(\d+)h0m0s$/.exec(r.value)?.[1]
  return hours ? t('policy.duration', { hours: Number(hours) }) : r.value
}

/** The service levels whose people have less than a setting says, and how many they are. */
export function levelsUnder(r: HouseRule, levels: readonly ServiceLevel[]): string[] {
  const limits: Record<string, (l: ServiceLevel) => number> = { 'mail.max_message': (l) => l.maxMessage, 'mail.max_attachments': (l) => l.maxAttachments, 'mail.letters_per_hour': (l) => l.maxHourly, 'mail.recipients_per_day': (l) => l.maxDaily }
  const limit = limits[r.key]
  return levels.flatMap((l) => {
    const own = limit?.(l) ?? 0
    const less = own > 0 && (r.value === '0' || own < Number(r.value)) ? meaning({ ...r, value: String(own) }) : r.key === 'mail.forward_outside' && r.value === 'true' && (l.without.includes('forward') || l.without.includes('outside')) ? t('policy.no') : ''
    return less ? [t('policy.level', { level: nameIn(l.names), count: l.totalPeople, value: less })] : []
  })
}

export function source(r: HouseRule): string {
  const key = sources[r.source]
  return key ? t(key) : t('policy.source.preset', { name: r.source.replace(/^preset /, '') })
}

export type Question = 'second' | 'password' | 'unused' | 'programs' | 'phones'

/** The line by which whoever runs the server sets such a rule, "" where there is none. */
export function lineOf(q: Question, months: number): string {
  return { second: 'zones.outer.needs = "two"', password: `passwords.max_months = ${months}`, unused: '', programs: 'zones.outer.app_passwords = false', phones: 'devices.phones = "replace"' }[q]
}
