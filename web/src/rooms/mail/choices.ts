import { useSyncExternalStore } from 'react'

/** The colours of labels and folders; each is a pair for both themes in Labels.module.css. */
export const COLOURS = ['grey', 'red', 'orange', 'yellow', 'green', 'teal', 'blue', 'purple', 'pink'] as const
export type Colour = (typeof COLOURS)[number]

/** A keyword of RFC 8621 section 4.1.1 with the name and colour that one person gave it. */
export interface Label {
  keyword: string
  name: string
  colour: Colour
}

export interface SavedSearch {
  id: string
  name: string
  query: string
}

export const SORTS = ['date', 'oldest', 'from', 'subject', 'size', 'unread', 'starred'] as const
export type SortName = (typeof SORTS)[number]

/** What one person chose for their mail. Places are named "account/box". */
export interface MailChoices {
  labels: Label[]
  searches: SavedSearch[]
  recentSearches: string[]
  /** Folders moved to lately, the latest first. */
  recentFolders: string[]
  folderColours: Record<string, Colour>
  sorts: Record<string, SortName>
  /** Where the conversation view differs from the person's general choice. */
  conversations: Record<string, boolean>
}

const STORE = 'chancery.mail'
const RECENT = 6
const none: MailChoices = { labels: [], searches: [], recentSearches: [], recentFolders: [], folderColours: {}, sorts: {}, conversations: {} }

let current: MailChoices = read()
const listeners = new Set<() => void>()

function read(): MailChoices {
  try {
    return { ...none, ...(JSON.parse(localStorage.getItem(STORE) ?? '{}') as Partial<MailChoices>) }
  } catch {
    return none // Private windows and policies can forbid storage.
  }
}

export function choices(): MailChoices {
  return current
}

export function choose(change: Partial<MailChoices>): void {
  current = { ...current, ...change }
  try {
    localStorage.setItem(STORE, JSON.stringify(current))
  } catch {
    // The choice then lasts as long as the page.
  }
  listeners.forEach((fn) => fn())
}

export function useChoices(): MailChoices {
  return useSyncExternalStore(
    (fn) => {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
    () => current,
  )
}

// Another tab of the same person chose something.
if (typeof addEventListener === 'function') {
  addEventListener('storage', (e) => {
    if (e.key !== STORE) return
    current = read()
    listeners.forEach((fn) => fn())
  })
}

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
  return current.labels.find((l) => l.keyword === keyword)
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
