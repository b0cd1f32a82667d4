import { prefs, setPrefs, usePrefs } from '~/kit/prefs'
import type { Label, MailChoices } from '~/kit/prefs-mail'

export { COLOURS, SORTS, type Colour, type Label, type MailChoices, type SavedSearch, type SortName } from '~/kit/prefs-mail'

// They are preferences like any other, and go with the person as those do.
export const choices = (): MailChoices => prefs()
export const choose = (change: Partial<MailChoices>): void => setPrefs(change)
export const useChoices = (): MailChoices => usePrefs()

const RECENT = 6

export const placeName = (accountId: string, box: string): string => `${accountId}/${box}`

/** The list with this at its front, each once and not too many. */
export function recent(list: readonly string[], item: string): string[] {
  return [item, ...list.filter((x) => x !== item)].slice(0, RECENT)
}

/** A choice for one place; what equals the general choice is not kept. */
export function withPlace<T>(all: Record<string, T>, place: string, value: T, usual: T | undefined): Record<string, T> {
  const { [place]: _, ...rest } = all
  return value === usual ? rest : { ...rest, [place]: value }
}

export function labelOf(keyword: string): Label | undefined {
  return choices().labels.find((l) => l.keyword === keyword)
}

/**
 * The keyword of a new label: the name itself where it fits an IMAP atom (RFC
 * 9051 section 9), so that other programs show something a person can read.
 */
export function newKeyword(name: string, taken: readonly string[]): string {
  const slug = name
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replaceAll('đ', 'd')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 40)
  const letters = slug.replace(/[^a-z0-9]/g, '').length
  // A name in Han or Hangul leaves too little; it then gets a number.
  const base = letters >= 2 && letters * 2 >= [...name].length ? slug : `label-${Math.random().toString(36).slice(2, 8)}`
  let keyword = base
  for (let n = 2; taken.includes(keyword); n++) keyword = `${base}-${n}`
  return keyword
}
