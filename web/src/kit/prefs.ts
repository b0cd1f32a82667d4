import { useSyncExternalStore } from 'react'
import { noMailChoices, type MailChoices } from './prefs-mail'

export type KeyPreset = 'gmail' | 'outlook'

/** What a person chose for this browser; everything has a sensible default. */
export interface Prefs extends MailChoices {
  language: string | null
  theme: 'system' | 'light' | 'dark'
  density: 'compact' | 'normal' | 'comfortable'
  conversations: boolean
  shortcuts: boolean
  keyPreset: KeyPreset
  /** Keys the person chose, by the id of the command. */
  ownKeys: Record<string, string>
  /** What follows from the two: pressed key -> its name in the default set; '' is none. */
  keyNames: Record<string, string>
  /** Commands lately chosen in the palette, newest first. */
  lately: string[]
  calendar: 'gregory' | 'roc'
  /** An IANA time zone; empty follows the device. */
  zone: string
  richText: boolean
  /** What is done about read receipts that senders ask for. */
  receipts: 'ask' | 'never' | 'inside'
  /** Senders whose letters may fetch their pictures, newest last. */
  imagesFrom: string[]
  foldersHidden: boolean
  /** Keeps recent mail in this browser, encrypted, for work without a line. */
  offline: boolean
  notify: 'off' | 'plain' | 'full'
  widths: Record<string, number>
  closedFolders: string[]
}

const STORE = 'chancery.prefs'
/** What everything is unless chosen otherwise. */
export const defaultPrefs: Prefs = {
  language: null,
  theme: 'system',
  density: 'normal',
  conversations: true,
  shortcuts: true,
  keyPreset: 'gmail',
  ownKeys: {},
  keyNames: {},
  lately: [],
  calendar: 'gregory',
  zone: '',
  richText: true,
  receipts: 'ask',
  imagesFrom: [],
  foldersHidden: false,
  offline: false,
  notify: 'off',
  widths: {},
  closedFolders: [],
  ...noMailChoices,
}

let current: Prefs = read()
const listeners = new Set<() => void>()
const changes = new Set<(change: Partial<Prefs>) => void>()

function read(): Prefs {
  try {
    return { ...defaultPrefs, ...(JSON.parse(localStorage.getItem(STORE) ?? '{}') as Partial<Prefs>) }
  } catch {
    return defaultPrefs // Private windows and policies can forbid storage.
  }
}

export function prefs(): Prefs {
  return current
}

export function setPrefs(change: Partial<Prefs>): void {
  takePrefs(change)
  changes.forEach((fn) => fn(change))
}

/** Hears of what the person chooses here. */
export function onPrefsChange(fn: (change: Partial<Prefs>) => void): () => void {
  changes.add(fn)
  return () => changes.delete(fn)
}

/** Takes over what was chosen elsewhere. */
export function takePrefs(change: Partial<Prefs>): void {
  current = { ...current, ...change }
  try {
    localStorage.setItem(STORE, JSON.stringify(current))
  } catch {
    // The choice then lasts as long as the page.
  }
  applyPrefs()
  listeners.forEach((fn) => fn())
}

/** Shows theme and density on the root element, where the tokens listen. */
export function applyPrefs(): void {
  const root = document.documentElement
  if (current.theme === 'system') delete root.dataset['theme']
  else root.dataset['theme'] = current.theme
  root.dataset['density'] = current.density
}

export function calendarSystem(): Prefs['calendar'] {
  return current.calendar
}

// Outside of the hook, so that a component that is drawn again is not subscribed again.
function follow(fn: () => void): () => void {
  listeners.add(fn)
  return () => listeners.delete(fn)
}

export function usePrefs(): Prefs {
  return useSyncExternalStore(follow, prefs)
}
