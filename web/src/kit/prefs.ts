import { useSyncExternalStore } from 'react'

/** What a person chose for this browser; everything has a sensible default. */
export interface Prefs {
  language: string | null
  theme: 'system' | 'light' | 'dark'
  density: 'compact' | 'normal' | 'comfortable'
  conversations: boolean
  shortcuts: boolean
  calendar: 'gregory' | 'roc'
  /** An IANA time zone; empty follows the device. */
  zone: string
  richText: boolean
  /** Senders whose letters may fetch their pictures, newest last. */
  imagesFrom: string[]
  foldersHidden: boolean
  widths: Record<string, number>
  closedFolders: string[]
}

const STORE = 'chancery.prefs'
const defaults: Prefs = {
  language: null,
  theme: 'system',
  density: 'normal',
  conversations: true,
  shortcuts: true,
  calendar: 'gregory',
  zone: '',
  richText: true,
  imagesFrom: [],
  foldersHidden: false,
  widths: {},
  closedFolders: [],
}

let current: Prefs = read()
const listeners = new Set<() => void>()

function read(): Prefs {
  try {
    return { ...defaults, ...(JSON.parse(localStorage.getItem(STORE) ?? '{}') as Partial<Prefs>) }
  } catch {
    return defaults // Private windows and policies can forbid storage.
  }
}

export function prefs(): Prefs {
  return current
}

export function setPrefs(change: Partial<Prefs>): void {
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

export function usePrefs(): Prefs {
  return useSyncExternalStore(
    (fn) => {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
    () => current,
  )
}
