import type { FlowRuleSet, FlowStep } from '~/api/jmap'
import type { Key } from '~/kit/i18n'

/** A rule to begin with: for letters that leave the organisation. */
export const freshRule = (): FlowRuleSet => ({
  name: '',
  isEnabled: true,
  when: { direction: 'out', senderUnits: [], senders: [], recipientUnits: [], recipients: [], outside: true, level: null, words: [], persons: 0, attachments: null },
  unless: { senderUnits: [], senders: [], recipientUnits: [], recipients: [], encrypted: false },
  then: { hold: null, monitor: '', journal: false, refuse: '', require: '', disclaimer: null, warn: '' },
})

/** A step of a review to begin with. */
export const freshStep = (): FlowStep => ({ reviewers: [], head: false, all: false, hours: 0, late: '', escalate: [] })

/** Whether a rule has exceptions. */
export const hasUnless = ({ unless: u }: FlowRuleSet): boolean => u.encrypted || u.senderUnits.length + u.senders.length + u.recipientUnits.length + u.recipients.length > 0

export const isAddress = (s: string): boolean => /^[^\s@<>,;"]+@[^\s@.]+(\.[^\s@.]+)*$/.test(s)
/** An address, "@domain", or "@.domain" for a domain with all below it. */
export const isPattern = (s: string): boolean => isAddress(s) || /^@\.?[^\s@.]+(\.[^\s@.]+)*$/.test(s)
export const isWord = (s: string): boolean => !/\*./.test(s) && s !== '*'
export const isFileType = (s: string): boolean => /^(\.[^\s/]*[^\s/.]|[^\s/*;]+\/(\*|[^\s/*;]+))$/.test(s)

/** What is still missing in a rule, the first thing first; the server says the rest. */
export function fault(r: FlowRuleSet): Key | undefined {
  const { then: x, when: w } = r
  if (!r.name.trim()) return 'mailrules.need.name'
  if (!Number.isInteger(w.persons) || w.persons < 0 || w.persons > 1000) return 'mailrules.need.persons'
  if (w.attachments && !w.attachments.any && !w.attachments.unreadable && w.attachments.types.length === 0 && w.attachments.larger === 0) return 'mailrules.need.files'
  if (w.attachments && !(w.attachments.larger >= 0)) return 'mailrules.need.size'
  if (!x.hold && !x.monitor && !x.journal && !x.refuse && !x.require && !x.disclaimer && !x.warn) return 'mailrules.need.then'
  if (x.refuse && (x.hold || x.require || x.disclaimer)) return 'mailrules.need.refuseAlone'
  if (x.warn && w.direction === 'in') return 'mailrules.need.writer'
  if (x.monitor && !isAddress(x.monitor)) return 'mailrules.need.monitor'
  if (x.disclaimer && !x.disclaimer.text.trim()) return 'mailrules.need.text'
  for (const s of x.hold?.steps ?? []) {
    if (s.head && w.direction === 'in') return 'mailrules.need.sender'
    if (s.reviewers.some((a) => !isAddress(a)) || s.escalate.some((a) => !isAddress(a))) return 'mailrules.wrong.address'
    if (s.reviewers.length === 0 && !s.head) return 'mailrules.need.reviewer'
    if (!Number.isInteger(s.hours) || s.hours < 0 || s.hours > 2160) return 'mailrules.need.hours'
    if (s.late && s.hours === 0) return 'mailrules.need.late'
    if (s.late === 'escalate' && s.escalate.length === 0) return 'mailrules.need.escalate'
  }
  if (x.hold?.appeal.some((a) => !isAddress(a))) return 'mailrules.wrong.address'
  return undefined
}

/** The rule as it is sent: without what only stands in fields that are closed. */
export function ready(r: FlowRuleSet): FlowRuleSet {
  const steps = r.then.hold?.steps.map((s) => ({ ...s, escalate: s.late === 'escalate' ? s.escalate : [] }))
  return {
    ...r,
    name: r.name.trim(),
    then: { ...r.then, monitor: r.then.monitor.trim(), refuse: r.then.refuse.trim(), warn: r.then.warn.trim(), hold: r.then.hold && steps ? { ...r.then.hold, steps } : null },
  }
}
