import { setupI18n, type Messages } from '@lingui/core'
import { useSyncExternalStore } from 'react'
import type { Area, Key } from '~/locales/areas'

/** The five languages of the client, each with its own name for itself. */
export const languages = {
  'zh-TW': '繁體中文',
  'zh-CN': '简体中文',
  vi: 'Tiếng Việt',
  ko: '한국어',
  en: 'English',
} as const

export type Language = keyof typeof languages
export type { Area, Key }
export type Values = Record<string, string | number>

// What the build puts in place of the JSON text is a compiled catalogue.
const catalogues = import.meta.glob<Messages>('/src/locales/*/*.json', { import: 'default' })

const i18n = setupI18n()
let version = 0
const listeners = new Set<() => void>()
const areas = new Set<Area>(['main'])

async function load(language: Language, wanted: Iterable<Area>): Promise<Messages> {
  const parts = await Promise.all([...wanted].map((area) => catalogues[`/src/locales/${language}/${area}.json`]?.()))
  return Object.assign({}, ...parts) as Messages
}

/** Loads a language and shows it everywhere. */
export async function speak(language: Language): Promise<void> {
  const messages = await load(language, areas)
  i18n.loadAndActivate({ locale: language, messages })
  document.documentElement.lang = language
  // The installed program bears its name in the language spoken here.
  document.querySelector('link[rel=manifest]')?.setAttribute('href', `/app.${language}.webmanifest`)
  tell()
}

/** Fetches a part of the client together with the texts that only it needs: `lazy(() => withTexts('rules', () => import('./Rules')))`. */
export async function withTexts<T>(area: Area, part: () => Promise<T>): Promise<T> {
  const [loaded] = await Promise.all([part(), areas.has(area) ? undefined : addTexts(area)])
  return loaded
}

/** Loads one area of texts, in the present language and whatever is spoken later. */
export async function addTexts(area: Area): Promise<void> {
  areas.add(area)
  const spoken = language()
  const messages = await load(spoken, [area])
  if (language() !== spoken) return // speak has loaded the area meanwhile
  i18n.load(spoken, messages)
  tell()
}

/** The texts of areas in another language than the one that is spoken, as on a printed page. */
export async function textsIn(other: Language, wanted: readonly Area[]): Promise<typeof t> {
  const own = setupI18n()
  own.loadAndActivate({ locale: other, messages: await load(other, wanted) })
  return (key, values) => own._(key, values)
}

function tell(): void {
  version++
  listeners.forEach((fn) => fn())
}

export function t(key: Key, values?: Values): string {
  return i18n._(key, values)
}

export function language(): Language {
  return i18n.locale as Language
}

const collators = new Map<string, Intl.Collator>()
// Taiwan's lists go by strokes, the mainland's by pinyin; Korean by Hangul and
// Vietnamese with its own letters and tones are what their languages ask for.
const orders: Partial<Record<Language, string>> = { 'zh-TW': 'zh-TW-u-co-stroke', 'zh-CN': 'zh-CN-u-co-pinyin' }

/** How lists are sorted in a language; figures within words count as numbers. */
export function collator(l: Language = language()): Intl.Collator {
  let c = collators.get(l)
  if (!c) {
    c = new Intl.Collator(orders[l] ?? l, { numeric: true })
    collators.set(l, c)
  }
  return c
}

// Outside of the hook, so that a component that is drawn again is not subscribed again.
function follow(fn: () => void): () => void {
  listeners.add(fn)
  return () => listeners.delete(fn)
}
const spoken = (): number => version

/** Makes a component follow the language; returns `t` for short use. */
export function useT(): typeof t {
  useSyncExternalStore(follow, spoken)
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
