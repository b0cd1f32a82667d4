import type { Approval, ApprovalParty, ApprovalVote, FlowChange, HeldLetter, Look, Removal } from '~/api/jmap'
import { t, type Key } from '~/kit/i18n'

/** A case with what it is about, by its kind. */
export type Case =
  | { kind: 'mail.review'; about: HeldLetter }
  | { kind: 'mail.rule'; about: FlowChange }
  | { kind: 'mail.look'; about: Look }
  | { kind: 'mail.removal'; about: Removal }
  | { kind: 'other' }

const kinds = ['mail.review', 'mail.rule', 'mail.look', 'mail.removal'] as const

/** Reads a case; one that a newer server knows is shown with what all have. */
export function caseOf(a: Approval): Case {
  const kind = kinds.find((k) => k === a.kind)
  // What about is goes by the kind, as the server says (approval/objects.go).
  return kind && a.about ? ({ kind, about: a.about } as Case) : { kind: 'other' }
}

/** What a case is called. */
export function titleOf(a: Approval): string {
  const c = caseOf(a)
  switch (c.kind) {
    case 'mail.review':
      return c.about.subject || a.title || t('message.noSubject')
    case 'mail.rule':
      return t(!c.about.before ? 'approvals.rule.add' : !c.about.after ? 'approvals.rule.remove' : 'approvals.rule.change', { name: (c.about.after ?? c.about.before)?.name || a.title })
    case 'mail.look':
      return c.about.lookInto ? t('approvals.look.mailbox', { address: c.about.email }) : t('approvals.look.journal')
    case 'mail.removal':
      return t('approvals.removal', { name: c.about.subject || t('message.noSubject') })
    default:
      return a.title
  }
}

const kindKeys: Record<string, Key> = { 'mail.review': 'approvals.kind.review', 'mail.rule': 'approvals.kind.rule', 'mail.look': 'approvals.kind.look', 'mail.removal': 'approvals.kind.removal' }
export const kindText = (a: Approval): string => t(kindKeys[a.kind] ?? 'approvals.kind.other')

const stateKeys: Record<string, Key> = { waiting: 'approvals.state.waiting', approved: 'approvals.state.approved', refused: 'approvals.state.refused', recalled: 'approvals.state.recalled' }
export const stateText = (a: Approval): string => t(stateKeys[a.state] ?? 'approvals.state.waiting')

/** Somebody in a case: a person, or whoever has a duty; the program itself where there is nobody. */
export function partyText(p: ApprovalParty | null): string {
  if (!p) return t('approvals.program')
  if (p.duty) return t(p.duty === 'security' ? 'approvals.duty.security' : 'approvals.duty.other')
  return p.name || p.email
}

/** Whether the step in hand has gone beyond its deadline. */
export function isLate(a: Approval, now = Date.now()): boolean {
  if (a.state !== 'waiting') return false
  if (a.dueAt) return Date.parse(a.dueAt) <= now
  return a.steps[a.stepInHand]?.said.some((v) => v.what === 'late') ?? false
}

const lateKeys: Record<string, Key> = { escalate: 'approvals.said.escalated', refuse: 'approvals.said.lateRefused', approve: 'approvals.said.lateApproved' }

/** What was said, in a sentence. */
export function voteText(v: ApprovalVote, review: boolean): string {
  if (v.what === 'late') return t(lateKeys[v.note] ?? 'approvals.said.late')
  const name = partyText(v.by)
  const said = v.what === 'approve' ? t('approvals.said.approve', { name }) : v.what === 'pass' ? t('approvals.said.pass', { name, to: partyText(v.to) }) : t(review ? 'approvals.said.return' : 'approvals.said.refuse', { name })
  return v.for ? `${said} ${t('approvals.inPlace', { name: partyText(v.for) })}` : said
}
