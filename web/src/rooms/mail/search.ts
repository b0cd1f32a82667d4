import type { EmailFilter, Filter } from '~/api/jmap'
import { DONE, assignedTo } from './assign/keyword'

/** One piece of a query: an operator with its value, or plain words. */
export interface Term {
  operator: string | null
  value: string
  not: boolean
  /** Stood in quotation marks: the words in this order. */
  exact?: boolean
}

const TERM = /(-?)(?:([a-z]+):)?(?:"([^"]*)"?|(\S+))/giu
export const OPERATORS: readonly string[] = ['from', 'to', 'cc', 'subject', 'body', 'has', 'is', 'before', 'after', 'in', 'label', 'larger', 'smaller'] as const

/** Reads what a person typed; a word that looks like an operator but is none is a word. */
export function parseQuery(text: string): Term[] {
  const terms: Term[] = []
  for (const m of text.matchAll(TERM)) {
    const operator = m[2]?.toLowerCase() ?? null
    const value = m[3] ?? m[4] ?? ''
    const known = operator !== null && OPERATORS.includes(operator)
    const unfinished = operator === null && value.endsWith(':') && OPERATORS.includes(value.slice(0, -1).toLowerCase())
    if (unfinished) continue
    const exact = m[3] !== undefined ? { exact: true } : {}
    if (known && value) terms.push({ operator, value, not: m[1] === '-', ...exact })
    else if (!known && (value || operator)) terms.push({ operator: null, value: operator ? `${operator}:${value}` : value, not: m[1] === '-', ...exact })
  }
  return terms
}

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
  const all: Filter[] = []
  let inFolder = false
  for (const term of terms) {
    const c = condition(term, ctx)
    if (!c) continue
    if ('inMailbox' in c) inFolder = true
    all.push(term.not ? { operator: 'NOT', conditions: [c] } : c)
  }
  if (!inFolder && ctx.hidden.length > 0) all.push({ inMailboxOtherThan: ctx.hidden })
  if (all.length === 1 && all[0]) return all[0]
  return { operator: 'AND', conditions: all }
}

function condition({ operator, value, exact }: Term, ctx: SearchContext): EmailFilter | null {
  switch (operator) {
    // The server takes what stands in quotation marks for a phrase.
    case null: return { text: exact ? `"${value}"` : value }
    case 'from': return { from: value }
    case 'to': return { to: value }
    case 'cc': return { cc: value }
    case 'subject': return { subject: value }
    case 'body': return { body: value }
    case 'has': return /^(attachment|file)s?$/i.test(value) ? { hasAttachment: true } : { text: value }
    case 'is': return state(value, ctx)
    case 'label': return { hasKeyword: ctx.label(value) }
    case 'before': return day(value, (iso) => ({ before: iso }))
    case 'after': return day(value, (iso) => ({ after: iso }))
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
    case 'starred': return { hasKeyword: '$flagged' }
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
  const d = new Date(year, Number(m[2] ?? 1) - 1, Number(m[3] ?? 1))
  return Number.isNaN(d.getTime()) ? null : make(d.toISOString().replace(/\.\d+Z$/, 'Z'))
}

function size(value: string, make: (bytes: number) => EmailFilter): EmailFilter | null {
  const m = /^(\d+(?:\.\d+)?)\s*([km]?)b?$/i.exec(value)
  if (!m) return null
  const unit = { '': 1, k: 1000, m: 1_000_000 }[(m[2] ?? '').toLowerCase()] ?? 1
  return make(Math.round(Number(m[1]) * unit))
}

/** A term as it is typed. */
export function termText({ operator, value, not, exact }: Term): string {
  const quoted = exact || /\s/.test(value) ? `"${value}"` : value
  return `${not ? '-' : ''}${operator ? `${operator}:` : ''}${quoted}`
}

export function queryText(terms: readonly Term[]): string {
  return terms.map(termText).join(' ')
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
