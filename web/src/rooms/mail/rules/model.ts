import type { Mailbox } from '~/api/jmap'
import type { Rule, RuleAction, RuleCondition } from '~/api/types.gen'
import { language, t, type Key } from '~/kit/i18n'
import { fileSize } from '~/kit/i18n/dates'
import { folderName } from '../names'

/** What a condition can look at, and the words for it. */
export const fields = {
  from: 'rules.field.from', toOrCc: 'rules.field.toOrCc', to: 'rules.field.to', cc: 'rules.field.cc', subject: 'rules.field.subject',
  body: 'rules.field.body', attachment: 'rules.field.attachment', size: 'rules.field.size', list: 'rules.field.list', header: 'rules.field.header',
} as const satisfies Record<string, Key>
export type Field = keyof typeof fields

/** How a condition compares, and the words for it. */
export const ops = {
  contains: 'rules.op.contains', notContains: 'rules.op.notContains', is: 'rules.op.is', isNot: 'rules.op.isNot', startsWith: 'rules.op.startsWith',
  endsWith: 'rules.op.endsWith', over: 'rules.op.over', under: 'rules.op.under', exists: 'rules.op.exists', notExists: 'rules.op.notExists',
} as const satisfies Record<string, Key>
export type Op = keyof typeof ops

/** What a rule can do, and the words for it. */
export const acts = {
  fileInto: 'rules.act.fileInto', addKeyword: 'rules.act.addKeyword', flag: 'rules.act.flag', markSeen: 'rules.act.markSeen', forwardTo: 'rules.act.forwardTo', discard: 'rules.act.discard',
} as const satisfies Record<string, Key>
export type Act = keyof typeof acts

const words: Op[] = ['contains', 'notContains', 'is', 'isNot', 'startsWith', 'endsWith']

/** The comparisons that make sense for a field, the usual one first. */
export function opsOf(field: string): Op[] {
  if (field === 'size') return ['over', 'under']
  if (field === 'attachment') return ['exists', 'notExists']
  if (field === 'body') return ['contains', 'notContains']
  if (field === 'list') return ['contains', 'exists', 'notExists']
  if (field === 'header') return [...words, 'exists', 'notExists']
  return words
}

export const needsText = (c: RuleCondition): boolean => c.op !== 'exists' && c.op !== 'notExists'
export const needsValue = (a: RuleAction): boolean => a.type === 'fileInto' || a.type === 'addKeyword' || a.type === 'forwardTo'
export const isField = (s: string): s is Field => Object.hasOwn(fields, s)
export const isOp = (s: string): s is Op => Object.hasOwn(ops, s)
export const isAct = (s: string): s is Act => Object.hasOwn(acts, s)

/** An id that no other rule has. */
export function newId(): string {
  return crypto.getRandomValues(new Uint32Array(2)).reduce((s, n) => s + n.toString(36), 'r')
}

export function blank(): Rule {
  return { id: newId(), name: '', isEnabled: true, match: 'all', conditions: [{ field: 'from', op: 'contains', value: '' }], actions: [{ type: 'fileInto', value: '' }] }
}

/** A rule to begin with for a letter: its list where it came by one, else its sender. */
export function fromLetter(from: string, name: string): Rule {
  return { ...blank(), name: name || from, conditions: [{ field: 'from', op: 'is', value: from }] }
}

export const stops = (r: Rule): boolean => r.actions.some((a) => a.type === 'stop')

/** Whether a rule can be saved; what is missing is left to the form to show. */
export function complete(r: Rule): boolean {
  return (
    r.name.trim() !== '' &&
    r.conditions.length > 0 &&
    r.conditions.every((c) => (!needsText(c) || c.value.trim() !== '') && (c.field !== 'header' || Boolean(c.header?.trim()))) &&
    r.actions.length > 0 &&
    r.actions.every((a) => !needsValue(a) || Boolean(a.value?.trim()))
  )
}

/** A word as it stands within a sentence; "Cc" keeps its look. */
function within(word: string): string {
  return word.length > 2 ? word.charAt(0).toLocaleLowerCase(language()) + word.slice(1) : word
}

function conditionText(c: RuleCondition): string {
  const field = c.field === 'header' ? (c.header ?? '') : isField(c.field) ? within(t(fields[c.field])) : c.field
  const op = isOp(c.op) ? t(ops[c.op]) : c.op
  if (!needsText(c)) return t('rules.cond.bare', { field, op })
  return t('rules.cond', { field, op, value: c.field === 'size' ? fileSize(Number(c.value) || 0) : t('rules.quoted', { text: c.value }) })
}

function actionText(a: RuleAction, boxes: readonly Mailbox[]): string {
  if (!isAct(a.type)) return ''
  const what = t(acts[a.type])
  if (!needsValue(a)) return what
  const box = boxes.find((m) => m.id === a.value)
  const value = a.type === 'fileInto' ? (box ? folderName(box) : t('rules.folderGone')) : (a.value ?? '')
  return t('rules.act.with', { act: what, value })
}

/** The rule as one sentence. */
export function sentence(r: Rule, boxes: readonly Mailbox[]): string {
  const conditions = r.conditions.map(conditionText).join(t(r.match === 'any' ? 'rules.or' : 'rules.and'))
  const what = [...r.actions.map((a) => actionText(a, boxes)), stops(r) ? t('rules.act.stop') : ''].filter(Boolean).join(t('list.separator'))
  return t('rules.sentence', { conditions, actions: what })
}

/** A list with one of its things moved to another place. */
export function moved<T>(list: readonly T[], from: number, to: number): T[] {
  const out = [...list]
  const [one] = out.splice(from, 1)
  if (one !== undefined) out.splice(Math.max(0, Math.min(to, out.length)), 0, one)
  return out
}
