import type { AuditEntry } from '~/api/jmap'
import { t, type Key } from '~/kit/i18n'
import { dateLocale } from '~/kit/i18n/dates'
import { valueNames } from './words'

/** One member that an act changed; '' = it was not there, or is not any more. */
export interface Change {
  member: string
  before: string
  after: string
}

export const moment = (iso: string): string =>
  new Intl.DateTimeFormat(dateLocale(), { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(new Date(iso))

/** The members that an act changed; empty ones of what is new or gone are left out. */
export function changesOf({ before, after }: Pick<AuditEntry, 'before' | 'after'>): Change[] {
  const [old, now] = [members(before), members(after)]
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .map((member) => ({ member, before: said(old[member], member), after: said(now[member], member) }))
    .filter((c) => c.before || c.after)
}

/** A change on one line. */
export function sayChange(c: Change): string {
  return [memberName(c.member), [c.before, c.after].filter(Boolean).join(' → ')].filter(Boolean).join(': ')
}

function members(text: string): Record<string, unknown> {
  try {
    const v: unknown = JSON.parse(text || '{}')
    return typeof v === 'object' && v !== null ? (v as Record<string, unknown>) : {}
  } catch {
    return { text }
  }
}

function said(v: unknown, member = ''): string {
  if (v === undefined || v === null || v === '' || v === 0 || (Array.isArray(v) && v.length === 0)) return ''
  if (v === true) return t('record.yes')
  if (v === false) return t('record.no')
  if (Array.isArray(v)) return v.map((x) => said(x)).filter(Boolean).join('; ')
  if (typeof v === 'object') return Object.values(v).map((x) => said(x)).filter(Boolean).join(', ')
  return valueNames[member]?.(String(v)) ?? String(v)
}

const names: Record<string, Key> = {
  name: 'record.member.name', names: 'record.member.names', parent: 'record.member.parent', address: 'record.member.address', aliases: 'record.member.aliases',
  rank: 'record.member.rank', rankOrder: 'record.member.rankOrder', sort: 'record.member.sort', level: 'record.member.level', phone: 'record.member.phone',
  language: 'record.member.language', locked: 'record.member.locked', posts: 'record.member.posts', deputies: 'record.member.deputies',
  role: 'record.member.role', unit: 'record.member.unit', quota: 'record.member.quota', reason: 'record.member.reason', shownTo: 'record.member.shownTo',
  redirects: 'parties.redirects', logouts: 'parties.logouts', consent: 'parties.consent', assurance: 'parties.assurance', trust: 'parties.trust', domains: 'parties.domains',
  kind: 'parties.kind', issuer: 'parties.issuer', client: 'parties.ourId', attributes: 'parties.attributes', nameId: 'parties.nameId', metadata: 'parties.metadata', secret: 'parties.secret', offline: 'parties.offline', device: 'parties.device', pairwise: 'parties.pairwise', start: 'parties.start',
  sessions: 'access.sessions', devices: 'access.devices', appPasswords: 'access.appPasswords',
  entries: 'record.member.entries', broken: 'record.member.broken', signed: 'record.member.signed', fault: 'record.member.fault', form: 'record.member.form',
  asked: 'record.member.asked', hits: 'record.member.hits', purpose: 'record.member.purpose', hours: 'record.member.hours', folder: 'record.member.folder',
  who: 'record.who', object: 'record.object', family: 'record.family', result: 'record.result', from: 'record.from', to: 'record.to', peer: 'record.peer', zone: 'record.zone',
}

/** What a member is called; one that this client does not know as the record calls it, and a mere number not at all. */
export function memberName(member: string): string {
  if (/^\d+$/.test(member)) return ''
  const key = names[member]
  return key ? t(key) : member
}
