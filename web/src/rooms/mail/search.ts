import type { EmailFilter, Filter } from '~/api/jmap'
import { civil, instant, wall } from '~/kit/i18n/zone'
import { DONE, assignedTo } from './assign/keyword'
import { isGroup, type Term } from './search-terms'

export { OPERATORS, parseQuery, queryText, termText, type Term } from './search-terms'

export interface SearchContext {
  /** Finds the folder an in: names, by role or by name. */
  folder: (name: string) => string | undefined
  /** The keyword of the label that label: names. */
  label: (name: string) => string
  /** The person's own address, for is:mine. */
  me: string
  /** Folders left out unless in: says otherwise. */
  hidden: string[]
}

/** The filter of RFC 8621 section 4.4.1 for a query. */
export function toFilter(terms: readonly Term[], ctx: SearchContext): Filter {
  const all = conditions(terms, ctx)
  if (!names(terms, ctx) && ctx.hidden.length > 0) all.push({ inMailboxOtherThan: ctx.hidden })
  if (all.length === 1 && all[0]) return all[0]
  return { operator: 'AND', conditions: all }
}

function conditions(terms: readonly Term[], ctx: SearchContext): Filter[] {
  return terms.flatMap((term): Filter[] => {
    const c = isGroup(term) ? anyOf(term.any, ctx) : condition(term, ctx)
    if (!c) return []
    return [term.not ? { operator: 'NOT', conditions: [c] } : c]
  })
}

function anyOf(any: readonly Term[][], ctx: SearchContext): Filter | null {
  const parts = any.map((x) => conditions(x, ctx)).filter((x) => x.length > 0)
  const each = parts.map((x): Filter => (x.length === 1 && x[0] ? x[0] : { operator: 'AND', conditions: x }))
  if (each.length === 0) return null
  return each.length === 1 && each[0] ? each[0] : { operator: 'OR', conditions: each }
}

/** Whether a folder is named anywhere; then nothing is left out. */
function names(terms: readonly Term[], ctx: SearchContext): boolean {
  return terms.some((x) => (isGroup(x) ? x.any.some((y) => names(y, ctx)) : x.operator === 'in' && ctx.folder(x.value) !== undefined))
}

/** What is wrong with a term whose operator is known; null when nothing is. */
export function termFault(term: Term, ctx: SearchContext): 'date' | 'size' | 'state' | 'folder' | 'age' | null {
  if (condition(term, ctx)) return null
  return ({ is: 'state', has: 'state', in: 'folder', larger: 'size', smaller: 'size', older_than: 'age', newer_than: 'age' } as const)[term.operator ?? ''] ?? 'date'
}

function condition({ operator, value, exact }: Term, ctx: SearchContext): EmailFilter | null {
  switch (operator) {
    // The server takes what stands in quotation marks for a phrase.
    case null: return { text: exact ? `"${value}"` : value }
    case 'from': return { from: value }
    case 'to': return { to: value }
    case 'cc': return { cc: value }
    case 'bcc': return { bcc: value }
    case 'subject': return { subject: value }
    case 'body': return { body: value }
    case 'has': return /^(attachment|file)s?$/i.test(value) ? { hasAttachment: true } : state(value, ctx)
    case 'is': return state(value, ctx)
    case 'label': return { hasKeyword: ctx.label(value) }
    case 'before': return day(value, (iso) => ({ before: iso }))
    case 'after': return day(value, (iso) => ({ after: iso }))
    case 'older_than': return age(value, (iso) => ({ before: iso }))
    case 'newer_than': return age(value, (iso) => ({ after: iso }))
    case 'larger': return size(value, (minSize) => ({ minSize }))
    case 'smaller': return size(value, (maxSize) => ({ maxSize }))
    case 'in': {
      const id = ctx.folder(value)
      return id ? { inMailbox: id } : null
    }
    default: return null
  }
}

function state(value: string, ctx: SearchContext): EmailFilter | null {
  switch (value.toLowerCase()) {
    case 'unread': return { notKeyword: '$seen' }
    case 'read': return { hasKeyword: '$seen' }
    case 'starred':
    case 'flagged': return { hasKeyword: '$flagged' }
    case 'important': return { hasKeyword: '$important' }
    case 'draft': return { hasKeyword: '$draft' }
    case 'mine': return { hasKeyword: assignedTo(ctx.me) }
    case 'done': return { hasKeyword: DONE }
    case 'answered': return { hasKeyword: '$answered' }
    default: return null
  }
}

// 2025-11-03, 2025/11/3, 2025-11 or 2025; also ROC years such as 114-11-03.
function day(value: string, make: (iso: string) => EmailFilter): EmailFilter | null {
  const m = /^(\d{2,4})(?:[-/.](\d{1,2}))?(?:[-/.](\d{1,2}))?$/.exec(value)
  if (!m) return null
  const year = Number(m[1]) < 1000 ? Number(m[1]) + 1911 : Number(m[1])
  const [month, date] = [Number(m[2] ?? 1), Number(m[3] ?? 1)]
  const local = civil(year, month, date)
  // 31 February is no day, and not the third of March.
  if (local.getUTCMonth() !== month - 1 || local.getUTCDate() !== date) return null
  return make(utc(instant(local)))
}

// 3d, 2w, 6m, 1y: so long ago, from the beginning of that day.
function age(value: string, make: (iso: string) => EmailFilter): EmailFilter | null {
  const m = /^(\d{1,4})([dwmy])$/i.exec(value)
  if (!m) return null
  const n = Number(m[1])
  const unit = (m[2] ?? '').toLowerCase()
  const today = wall(new Date())
  const [y, mo, d] = [today.getUTCFullYear(), today.getUTCMonth() + 1, today.getUTCDate()]
  return make(utc(instant(unit === 'y' ? civil(y - n, mo, d) : unit === 'm' ? civil(y, mo - n, d) : civil(y, mo, d - n * (unit === 'w' ? 7 : 1)))))
}

const utc = (d: Date): string => d.toISOString().replace(/\.\d+Z$/, 'Z')

function size(value: string, make: (bytes: number) => EmailFilter): EmailFilter | null {
  const m = /^(\d+(?:\.\d+)?)\s*([kmg]?)b?$/i.exec(value)
  if (!m) return null
  const unit = { '': 1, k: 1000, m: 1_000_000, g: 1_000_000_000 }[(m[2] ?? '').toLowerCase()] ?? 1
  return make(Math.round(Number(m[1]) * unit))
}

/** Splits a snippet of RFC 8621 section 5 into plain and marked pieces. */
export function snippetPieces(html: string): { text: string; marked: boolean }[] {
  return html
    .split(/(<mark>.*?<\/mark>)/s)
    .filter(Boolean)
    .map((piece) => {
      const inner = /^<mark>(.*?)<\/mark>$/s.exec(piece)?.[1]
      return { text: unescape(inner ?? piece), marked: inner !== undefined }
    })
}

const entities: Record<string, string> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'", '&#34;': '"' }

function unescape(s: string): string {
  return s.replace(/&(?:amp|lt|gt|quot|#39|#34);/g, (e) => entities[e] ?? e)
}
