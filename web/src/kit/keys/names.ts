import { prefs, type KeyPreset } from '~/kit/prefs'

/** Something a person can do by a key, from the palette, or both. */
export interface Keyed {
  id: string
  /** Its keys in the default set, as a KeyMap names them; the first is the one it is known by. */
  keys?: readonly string[]
  /** Its keys in the Outlook set, where they differ. */
  outlook?: readonly string[]
}

/** The name under which a pressed key stands in the key maps; '' when it acts no more. */
export function resolveKey(pressed: string): string {
  const names = prefs().keyNames
  return Object.hasOwn(names, pressed) ? (names[pressed] as string) : pressed
}

/** The key to press for what the default set calls `name`; undefined when none does. */
export function shownKey(name: string): string | undefined {
  const p = prefs()
  if (!p.shortcuts && name.length === 1) return undefined
  const moved = Object.entries(p.keyNames).find(([, to]) => to === name)
  if (moved) return moved[0]
  return p.keyNames[name] === '' ? undefined : name
}

/** The keys of a command in a set of keys and with the person's own choices. */
export function keysOf(c: Keyed, preset: KeyPreset, own: Record<string, string>): readonly string[] {
  const chosen = own[c.id]
  if (chosen !== undefined) return chosen === '' ? [] : [chosen]
  return (preset === 'outlook' ? c.outlook : undefined) ?? c.keys ?? []
}

/** Works out what each pressed key stands for; a later choice takes a key from an earlier owner. */
export function keyNames(commands: readonly Keyed[], preset: KeyPreset, own: Record<string, string>): Record<string, string> {
  const names: Record<string, string> = {}
  const keyed = commands.filter((c) => c.keys && c.keys.length > 0)
  const wanted = (c: Keyed): readonly string[] => keysOf(c, preset, own)
  // What the person chose themselves is settled last and so wins.
  for (const c of [...keyed].sort((a, b) => Number(a.id in own) - Number(b.id in own))) {
    const [first] = c.keys as readonly string[]
    for (const k of wanted(c)) if (!c.keys?.includes(k) || own[c.id] !== undefined || k in names) names[k] = first as string
  }
  for (const c of keyed) for (const k of c.keys as readonly string[]) if (!wanted(c).includes(k) && !(k in names)) names[k] = ''
  return Object.fromEntries(Object.entries(names).filter(([k, to]) => k !== to))
}

const words: Record<string, string> = { ArrowDown: '↓', ArrowUp: '↑', ArrowLeft: '←', ArrowRight: '→', Escape: 'Esc', Delete: 'Del', ' ': 'Space', shift: 'Shift', alt: 'Alt' }

/** A key as it is written on keyboards: "mod+Enter" is Ctrl, Enter; "I" is Shift, I. */
export function keyCaps(name: string, mac: boolean): string[] {
  const parts = name === '+' ? ['+'] : name.split('+')
  const last = parts.pop() as string
  const caps = parts.map((p) => (p === 'mod' ? (mac ? '⌘' : 'Ctrl') : (words[p] ?? p)))
  const upper = last.length === 1 && last !== last.toLowerCase()
  return [...caps, ...(upper ? ['Shift'] : []), words[last] ?? (last.length === 1 ? last.toUpperCase() : last)]
}
