import { setupI18n, type Messages } from '@lingui/core'
import { useSyncExternalStore } from 'react'
import type english from '~/locales/en.json'

/** The five languages of the client, each with its own name for itself. */
export const languages = {
  'zh-TW': '繁體中文',
  'zh-CN': '简体中文',
  vi: 'Tiếng Việt',
  ko: '한국어',
  en: 'English',
} as const

export type Language = keyof typeof languages
export type Key = keyof typeof english
export type Values = Record<string, string | number>

// What the build puts in place of the JSON text is a compiled catalogue.
type Catalogue = { default: unknown }
const catalogues: Record<Language, () => Promise<Catalogue>> = {
  'zh-TW': () => import('~/locales/zh-TW.json'),
  'zh-CN': () => import('~/locales/zh-CN.json'),
  vi: () => import('~/locales/vi.json'),
  ko: () => import('~/locales/ko.json'),
  en: () => import('~/locales/en.json'),
}

const i18n = setupI18n()
let version = 0
const listeners = new Set<() => void>()

/** Loads a language and shows it everywhere. */
export async function speak(language: Language): Promise<void> {
  const { default: messages } = await catalogues[language]()
  i18n.loadAndActivate({ locale: language, messages: messages as Messages })
  document.documentElement.lang = language
  version++
  listeners.forEach((fn) => fn())
}

export function t(key: Key, values?: Values): string {
  return i18n._(key, values)
}

export function language(): Language {
  return i18n.locale as Language
}

/** Makes a component follow the language; returns `t` for short use. */
export function useT(): typeof t {
  useSyncExternalStore(
    (fn) => {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
    () => version,
  )
  return t
}

export function isLanguage(s: string | null | undefined): s is Language {
  return s !== null && s !== undefined && Object.hasOwn(languages, s)
}

/** The best of our languages for what the browser or the account asks. */
export function pickLanguage(wanted: readonly string[]): Language {
  for (const w of wanted) {
    const tag = w.toLowerCase()
    if (/^zh\b.*(hant|tw|hk|mo)/.test(tag)) return 'zh-TW'
    if (/^zh\b/.test(tag)) return 'zh-CN'
    for (const l of ['vi', 'ko', 'en'] as const) if (tag === l || tag.startsWith(`${l}-`)) return l
  }
  return 'zh-TW'
}
