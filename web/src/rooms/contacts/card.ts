import { language } from '~/kit/i18n'

export interface NamePart {
  kind: string
  value: string
}

/** The parts of a JSContact card (RFC 9553) that the room shows and writes; the others are kept by the server. */
export interface Card {
  id: string
  uid: string
  addressBookIds: Record<string, true>
  kind?: string
  name?: { full?: string; components?: NamePart[] }
  nicknames?: Record<string, { name: string }>
  emails?: Record<string, Entry & { address: string }>
  phones?: Record<string, Entry & { number: string; features?: Record<string, true> }>
  addresses?: Record<string, Entry & { full?: string; components?: NamePart[] }>
  organizations?: Record<string, { name?: string; units?: { name: string }[] }>
  titles?: Record<string, { name: string; kind?: string }>
  notes?: Record<string, { note: string }>
  links?: Record<string, { uri: string }>
  anniversaries?: Record<string, { kind: string; date: { '@type'?: string; year?: number; month?: number; day?: number; utc?: string } }>
  members?: Record<string, true>
}

interface Entry {
  contexts?: Record<string, true>
}

const eastern = /\p{Script=Han}|\p{Script=Hangul}/u

/** One part of a name, such as the surname. */
export function namePart(c: Pick<Card, 'name'>, kind: string): string {
  return (c.name?.components ?? []).filter((p) => p.kind === kind).map((p) => p.value).join(' ')
}

/** The name to show: as it was written whole, else put together in the order of its script, else what there is. */
export function nameOf(c: Pick<Card, 'name' | 'organizations' | 'emails' | 'phones'>): string {
  if (c.name?.full?.trim()) return c.name.full.trim()
  return (
    wholeName(namePart(c, 'surname'), namePart(c, 'given'), namePart(c, 'given2')) ||
    first(c.organizations)?.name ||
    first(c.emails)?.address ||
    first(c.phones)?.number ||
    ''
  )
}

/** Surname first and unspaced in Han and Hangul, surname first in Vietnamese, last elsewhere. */
export function wholeName(surname: string, given: string, middle = ''): string {
  if (eastern.test(surname + given)) return surname + middle + given
  const parts = language() === 'vi' ? [surname, middle, given] : [given, middle, surname]
  return parts.filter(Boolean).join(' ')
}

export function first<T>(map: Record<string, T> | undefined): T | undefined {
  return map && Object.values(map)[0]
}

export function isGroup(c: Pick<Card, 'kind'>): boolean {
  return c.kind === 'group'
}

/** What is said below the name: title and organisation. */
export function lineOf(c: Card): string {
  const org = first(c.organizations)
  return [first(c.titles)?.name, org?.units?.map((u) => u.name).join(' '), org?.name].filter(Boolean).join(' · ') || first(c.emails)?.address || first(c.phones)?.number || ''
}

/** The words a search looks in, without accents. */
export function wordsOf(c: Card): string {
  const texts = [nameOf(c), ...(c.name?.components ?? []).map((p) => p.value), lineOf(c), ...Object.values(c.emails ?? {}).map((e) => e.address), ...Object.values(c.phones ?? {}).map((p) => p.number), ...Object.values(c.notes ?? {}).map((n) => n.note), ...Object.values(c.nicknames ?? {}).map((n) => n.name)]
  return fold(texts.join('\n'))
}

export function fold(s: string): string {
  return s.toLowerCase().replaceAll('đ', 'd').normalize('NFD').replace(/[\u0300-\u036f]/g, '').normalize('NFC')
}
