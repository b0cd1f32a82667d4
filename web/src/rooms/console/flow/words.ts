import { SECRECY, type FlowRuleSet, type SecrecyCapability } from '~/api/jmap'
import { language, t, type Key } from '~/kit/i18n'
import { fileSize } from '~/kit/i18n/dates'
import { asSyncError } from '~/kit/sync/errors'
import { refusal, unitPath, type AdminApi, type Office } from '../data'
import { hasUnless } from './model'

/** The levels of secrecy from the second up: every letter is at least public. */
export function levelsOf(api: AdminApi): (readonly [string, string])[] {
  const cap = api.offer(SECRECY) as unknown as SecrecyCapability | undefined
  return (cap?.levels ?? []).slice(1).map((l) => [l.level, l.names[language()] ?? l.names['en'] ?? l.level] as const)
}

const join = (list: readonly string[], type: 'conjunction' | 'disjunction'): string => new Intl.ListFormat(language(), { type }).format(list)
const any = (list: readonly string[]): string => join(list, 'disjunction')
const quoted = (s: string): string => t('mailrules.quoted', { text: s })

/** What stands of the conditions, each as a part of the sentence. */
function conditions(r: FlowRuleSet, office: Office, levels: ReadonlyMap<string, string>): string[] {
  const w = r.when
  const units = (ids: readonly string[]): string => any(ids.map((u) => unitPath(office.units, u)))
  const parts: string[] = []
  if (w.direction) parts.push(t(w.direction === 'out' ? 'mailrules.when.out' : 'mailrules.when.in'))
  if (w.senderUnits.length) parts.push(t('mailrules.when.senderUnits', { list: units(w.senderUnits) }))
  if (w.senders.length) parts.push(t('mailrules.when.senders', { list: any(w.senders) }))
  if (w.outside) parts.push(t('mailrules.when.outside'))
  if (w.recipientUnits.length) parts.push(t('mailrules.when.recipientUnits', { list: units(w.recipientUnits) }))
  if (w.recipients.length) parts.push(t('mailrules.when.recipients', { list: any(w.recipients) }))
  if (w.level) parts.push(t('mailrules.when.level', { level: levels.get(w.level) ?? w.level }))
  if (w.words.length) parts.push(t('mailrules.when.words', { list: any(w.words.map(quoted)) }))
  if (w.persons) parts.push(t('mailrules.when.persons', { count: w.persons }))
  if (w.attachments) {
    const { types, larger, unreadable } = w.attachments
    if (unreadable) parts.push(types.length ? t('mailrules.when.unreadableTypes', { list: any(types) }) : t('mailrules.when.unreadable'))
    else if (types.length && larger) parts.push(t('mailrules.when.typesLarger', { list: any(types), size: fileSize(larger) }))
    else if (types.length) parts.push(t('mailrules.when.types', { list: any(types) }))
    else if (larger) parts.push(t('mailrules.when.larger', { size: fileSize(larger) }))
    else parts.push(t('mailrules.when.files'))
  }
  return parts
}

function exceptions(r: FlowRuleSet, office: Office): string[] {
  const u = r.unless
  const units = (ids: readonly string[]): string[] => ids.map((x) => unitPath(office.units, x))
  const parts: string[] = []
  const senders = [...units(u.senderUnits), ...u.senders]
  const recipients = [...units(u.recipientUnits), ...u.recipients]
  if (senders.length) parts.push(t('mailrules.unless.senders', { list: any(senders) }))
  if (recipients.length) parts.push(t('mailrules.unless.recipients', { list: any(recipients) }))
  if (u.encrypted) parts.push(t('mailrules.unless.encrypted'))
  return parts
}

const needs: Record<string, Key> = { signature: 'mailrules.then.signature', encryption: 'mailrules.then.encryption', both: 'mailrules.then.both' }

function deeds(r: FlowRuleSet): string[] {
  const x = r.then
  const parts: string[] = []
  if (x.refuse) parts.push(t('mailrules.then.refuse'))
  if (x.require) parts.push(t(needs[x.require] ?? 'mailrules.then.both'))
  if (x.hold) {
    const steps = x.hold.steps.map((s) => {
      const who = [...s.reviewers, ...(s.head ? [t('mailrules.then.head')] : [])]
      return s.all && who.length > 1 ? t('mailrules.then.all', { list: join(who, 'conjunction') }) : any(who)
    })
    parts.push(t('mailrules.then.hold', { who: steps.join(t('mailrules.then.next')) }))
  }
  if (x.monitor) parts.push(t('mailrules.then.monitor', { address: x.monitor }))
  if (x.journal) parts.push(t('mailrules.then.journal'))
  if (x.disclaimer) parts.push(t(x.disclaimer.top ? 'mailrules.then.top' : 'mailrules.then.bottom'))
  if (x.warn) parts.push(t('mailrules.then.warn'))
  return parts
}

/** A rule as one sentence. */
export function sentence(r: FlowRuleSet, office: Office, levels: ReadonlyMap<string, string>): string {
  const when = conditions(r, office, levels)
  const then = deeds(r).join(t('mailrules.comma')) || t('mailrules.then.nothing')
  const said = when.length ? t('mailrules.sentence', { when: join(when, 'conjunction'), then }) : t('mailrules.sentenceAll', { then })
  return hasUnless(r) ? said + t('mailrules.sentenceUnless', { unless: any(exceptions(r, office)) }) : said
}

/** What is beside the sentence: deadlines, appeals, and the rule's own texts. */
export function notes(r: FlowRuleSet): string[] {
  const out: string[] = []
  const lates: Record<string, Key> = { escalate: 'mailrules.note.escalate', refuse: 'mailrules.note.refuse', release: 'mailrules.note.release' }
  for (const s of r.then.hold?.steps ?? []) if (s.hours) out.push(t(lates[s.late] ?? 'mailrules.note.wait', { count: s.hours, who: any(s.escalate) }))
  if (r.then.hold?.appeal.length) out.push(t('mailrules.note.appeal', { who: any(r.then.hold.appeal) }))
  for (const text of [r.then.refuse, r.then.warn, r.then.disclaimer?.text ?? '']) if (text) out.push(quoted(text.length > 120 ? `${text.slice(0, 120)}…` : text))
  return out
}

const found: Record<string, Key> = { person: 'mailrules.found.person', card: 'mailrules.found.card', file: 'mailrules.found.file', unreadable: 'mailrules.found.unreadable', outside: 'mailrules.found.outside', recipient: 'mailrules.found.recipient' }

/** What a trial found: kinds in words, words of the rule as they are. */
export function foundText(list: readonly string[]): string {
  return list.map((f) => (found[f] ? t(found[f]) : quoted(f))).join(t('list.separator'))
}

/** Why the server refused a rule, and what to do. */
export function ruleRefusal(e: unknown): string {
  const error = asSyncError(e)
  if (error.type === 'stateMismatch') return t('mailrules.error.conflict')
  if (error.type !== 'invalidArguments') return refusal(e)
  const address = /\S+@\S+/.exec(error.message)?.[0]
  return address ? t('mailrules.error.address', { address }) : t('mailrules.error.invalid', { why: error.message })
}
