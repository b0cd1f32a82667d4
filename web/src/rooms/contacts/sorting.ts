import { language, type Language } from '~/kit/i18n'
import { nameOf, namePart, type Card } from './card'

/** The order of names in each language: strokes, pinyin, Vietnamese and Hangul order. */
const locales: Record<Language, string> = { 'zh-TW': 'zh-TW-u-co-stroke', 'zh-CN': 'zh-CN-u-co-pinyin', vi: 'vi', ko: 'ko', en: 'en' }

const collators = new Map<Language, Intl.Collator>()

export function collator(l: Language = language()): Intl.Collator {
  let c = collators.get(l)
  if (!c) collators.set(l, (c = new Intl.Collator(locales[l], { sensitivity: 'base', numeric: true })))
  return c
}

const han = /^\p{Script=Han}/u

/** What a card is sorted by: Vietnamese by the name people go by, others by the surname. */
export function sortKey(c: Card, l: Language = language()): string {
  const whole = nameOf(c)
  if (han.test(whole) || /^\p{Script=Hangul}/u.test(whole)) return namePart(c, 'surname') + namePart(c, 'given') || whole
  const words = whole.split(/\s+/)
  if (l === 'vi') return [namePart(c, 'given') || words.at(-1), whole].join(' ')
  const surname = namePart(c, 'surname')
  return surname ? `${surname} ${whole}` : whole
}

// The first character of each pinyin initial in the order of the collation.
const pinyin: [string, string][] = [
  ['阿', 'A'], ['八', 'B'], ['嚓', 'C'], ['咑', 'D'], ['妸', 'E'], ['发', 'F'], ['旮', 'G'], ['哈', 'H'], ['讥', 'J'], ['咔', 'K'], ['垃', 'L'], ['妈', 'M'],
  ['拿', 'N'], ['噢', 'O'], ['妑', 'P'], ['七', 'Q'], ['呥', 'R'], ['仨', 'S'], ['他', 'T'], ['屲', 'W'], ['夕', 'X'], ['丫', 'Y'], ['帀', 'Z'],
]
const initialsKo = 'ㄱㄱㄴㄷㄷㄹㅁㅂㅂㅅㅅㅇㅈㅈㅊㅋㅌㅍㅎ'

/** The heading a name stands under. */
export function heading(key: string, l: Language = language()): string {
  const [c = ''] = key.trim()
  if (c >= '가' && c <= '힣') return initialsKo[Math.floor(((c.codePointAt(0) ?? 0xac00) - 0xac00) / 588)] ?? '#'
  if (han.test(c)) {
    if (l !== 'zh-CN') return c // Names of one surname stand together, few strokes first.
    return pinyin.findLast(([from]) => collator('zh-CN').compare(c, from) >= 0)?.[1] ?? '#'
  }
  if (c === 'đ' || c === 'Đ') return 'Đ'
  const plain = c.normalize('NFD').replace(/\p{M}/gu, '').toUpperCase()
  return /\p{L}/u.test(plain) ? plain : '#'
}

export type Row = { heading: string } | { card: Card }

/** Cards in the order of the language, under headings. */
export function rowsOf(cards: readonly Card[], l: Language = language()): Row[] {
  const by = collator(l)
  const keyed = cards.map((card) => ({ card, key: sortKey(card, l) })).sort((a, b) => by.compare(a.key, b.key) || by.compare(nameOf(a.card), nameOf(b.card)))
  const rows: Row[] = []
  let last: string | undefined
  for (const { card, key } of keyed) {
    const h = heading(key, l)
    if (h !== last) rows.push({ heading: h })
    last = h
    rows.push({ card })
  }
  return rows
}
