/** One piece of a query: an operator with its value, plain words, or a choice of groups of pieces. */
export interface Term {
  operator: string | null
  value: string
  not: boolean
  /** Stood in quotation marks: the words in this order. */
  exact?: boolean
  /** A choice: at least one of these groups holds. */
  any?: Term[][]
}

export const OPERATORS: readonly string[] = ['from', 'to', 'cc', 'bcc', 'subject', 'body', 'has', 'is', 'before', 'after', 'older_than', 'newer_than', 'in', 'label', 'larger', 'smaller']

// Other programs' names, and those of our languages.
const ALIASES: Record<string, string> = {
  older: 'before', newer: 'after', until: 'before', since: 'after', size: 'larger', folder: 'in', category: 'label',
  寄件者: 'from', 寄件人: 'from', 收件者: 'to', 收件人: 'to', 副本: 'cc', 主旨: 'subject', 內文: 'body', 之前: 'before', 之後: 'after', 資料夾: 'in', 標籤: 'label', 大於: 'larger', 小於: 'smaller',
  发件人: 'from', 抄送: 'cc', 主题: 'subject', 正文: 'body', 之后: 'after', 文件夹: 'in', 标签: 'label', 大于: 'larger', 小于: 'smaller',
  từ: 'from', đến: 'to', 'tiêuđề': 'subject', trước: 'before', sau: 'after', nhãn: 'label',
  보낸사람: 'from', 받는사람: 'to', 참조: 'cc', 제목: 'subject', 본문: 'body', 이전: 'before', 이후: 'after', 편지함: 'in', 라벨: 'label',
}
const OR = new Set(['OR', '|', '||', '或', 'HOẶC', '또는'])
const AND = new Set(['AND', '&', '&&'])
const NOT = new Set(['NOT', 'KHÔNG'])

export type FormFault = 'bracket' | 'quote' | 'or'

export function isGroup(t: Term): t is Term & { any: Term[][] } {
  return t.any !== undefined
}

/** Reads what a person typed; a word that looks like an operator but is none is a word. */
export function parseQuery(text: string): Term[] {
  return readQuery(text).terms
}

/** Reads a query, and says what of its form could not be meant. */
export function readQuery(text: string): { terms: Term[]; faults: FormFault[] } {
  const r = new Reader(text.normalize('NFC'))
  return { terms: r.group(null), faults: [...r.faults] }
}

/** MAX_DEPTH bounds brackets within brackets; deeper ones are read as words. */
const MAX_DEPTH = 20

/** Reads from left to right. OR joins its two neighbours, before the rest is joined by AND, as Gmail does. */
class Reader {
  private at = 0
  private depth = 0
  readonly faults = new Set<FormFault>()

  constructor(private readonly text: string) {}

  group(close: string | null): Term[] {
    const out: Term[] = []
    let joining = false
    for (;;) {
      this.skip()
      const c = this.text[this.at]
      if (c === undefined) {
        if (close) this.faults.add('bracket')
        break
      }
      if (CLOSES.includes(c)) {
        this.at++
        if (close) break
        this.faults.add('bracket')
        continue
      }
      const word = this.peek()
      if (OR.has(word)) {
        this.at += word.length
        if (out.length === 0 || joining) this.faults.add('or')
        else joining = true
        continue
      }
      if (AND.has(word)) {
        this.at += word.length
        continue
      }
      const unit = this.unit()
      if (unit.length === 0) continue
      const last = joining ? out.pop() : undefined
      if (last) out.push(choice([...(isGroup(last) && !last.not ? last.any : [[last]]), ...alternatives(unit)]))
      else out.push(...unit)
      joining = false
    }
    if (joining) this.faults.add('or')
    return out
  }

  /** One term, or what stands in brackets; nothing where an operator has no value yet. */
  private unit(): Term[] {
    let not = false
    const word = this.peek()
    if (NOT.has(word) && /\S/.test(this.text.slice(this.at + word.length))) {
      this.at += word.length
      this.skip()
      not = true
    }
    if (this.text[this.at] === '-' && /\S/.test(this.text[this.at + 1] ?? ' ')) {
      this.at++
      not = !not
    }
    const bracket = this.open()
    if (bracket) return this.bracketed(bracket, not, null)
    const op = /^([\p{L}_]+)[:：]/u.exec(this.text.slice(this.at))
    const operator = op ? known(op[1] as string) : null
    if (!operator) return this.leaf(null, not)
    this.at += (op as RegExpExecArray)[0].length
    const inner = this.open()
    return inner ? this.bracketed(inner, not, operator) : this.leaf(operator, not)
  }

  private bracketed(bracket: string, not: boolean, operator: string | null): Term[] {
    this.depth++
    let inner = this.group(bracket)
    this.depth--
    if (operator) inner = inner.map((t) => under(operator, t))
    if (inner.length === 0) return []
    if (bracket === '{') return [{ ...choice(inner.map((t) => [t])), not }]
    if (!not) return inner.length === 1 ? inner : [choice([inner])]
    const [one] = inner
    return inner.length === 1 && one ? [{ ...one, not: !one.not }] : [{ ...choice([inner]), not }]
  }

  private leaf(operator: string | null, not: boolean): Term[] {
    const quote = this.text[this.at]
    if (quote === '"' || quote === '“') {
      const end = this.text.slice(this.at + 1).search(/["”]/)
      if (end < 0) this.faults.add('quote')
      const value = end < 0 ? this.text.slice(this.at + 1) : this.text.slice(this.at + 1, this.at + 1 + end)
      this.at += 1 + value.length + (end < 0 ? 0 : 1)
      return value.trim() ? [{ operator, value, not, exact: true }] : []
    }
    const value = this.peek()
    this.at += Math.max(value.length, operator ? 0 : 1)
    // "from:" is about to be finished.
    if (!value || (!operator && known(value.replace(/[:：]$/, '')) && /[:：]$/.test(value))) return []
    return [{ operator, value, not }]
  }

  private open(): string | null {
    const c = this.text[this.at]
    if (this.depth >= MAX_DEPTH || (c !== '(' && c !== '（' && c !== '{')) return null
    this.at++
    return c === '{' ? '{' : '('
  }

  /** The word that begins here, without the bracket that ends a group. */
  private peek(): string {
    const word = /^\S*/.exec(this.text.slice(this.at))?.[0] ?? ''
    if (this.depth === 0) return word
    const end = word.search(/[)）}]/)
    return end < 0 ? word : word.slice(0, end)
  }

  private skip(): void {
    while (/\s/.test(this.text[this.at] ?? '')) this.at++
  }
}

const CLOSES = [')', '）', '}']

function known(word: string): string | null {
  const lower = word.toLowerCase()
  return OPERATORS.includes(lower) ? lower : (ALIASES[lower] ?? null)
}

/** What stands in brackets after an operator is meant of each word there. */
function under(operator: string, t: Term): Term {
  if (isGroup(t)) return { ...t, any: t.any.map((x) => x.map((y) => under(operator, y))) }
  return t.operator === null ? { ...t, operator } : t
}

function alternatives(unit: Term[]): Term[][] {
  const [one] = unit
  return unit.length === 1 && one && isGroup(one) && !one.not ? one.any : [unit]
}

function choice(any: Term[][]): Term {
  return { operator: null, value: '', not: false, any }
}

/** A term as it is typed. */
export function termText(t: Term): string {
  const minus = t.not ? '-' : ''
  if (isGroup(t)) {
    const parts = t.any.map((x) => (x.length === 1 && t.any.length > 1 ? queryText(x) : t.any.length > 1 ? `(${queryText(x)})` : queryText(x)))
    return t.not || t.any.length === 1 ? `${minus}(${parts.join(' OR ')})` : parts.join(' OR ')
  }
  const quoted = t.exact || /[\s()]/.test(t.value) ? `"${t.value}"` : t.value
  return `${minus}${t.operator ? `${t.operator}:` : ''}${quoted}`
}

export function queryText(terms: readonly Term[]): string {
  return terms.map(termText).join(' ')
}
