import { keyNames, type Keyed } from '~/kit/keys/names'
import type { Area, Key } from '~/kit/i18n'
import { prefs, setPrefs, type KeyPreset } from '~/kit/prefs'
import type { LucideIcon } from '~/kit/ui/icons'
import { mailCommands } from '~/rooms/mail/commands'

/*
 * Every command of the client: what the palette offers, what `?` shows, and
 * what a person may put on another key. To add some, write a list
 * rooms/<room>/commands.ts like the one of mail, and name it below with the
 * area its texts stand in. An entry with `keys` is carried out by whoever
 * registers the first of them with useKeys, so it needs no `run` and is
 * offered only while that part of the page is in view; one with `run` is
 * offered always. Write the keys of the default (Gmail-like) set; `outlook`
 * gives those of the other set where they differ.
 */

export interface Command extends Keyed {
  label: Key
  group: Key
  icon?: LucideIcon
  /** Keys that are shown but cannot be moved. */
  fixed?: readonly string[]
  run?: () => void
}

const lists: readonly { area: Area; commands: readonly Command[] }[] = [{ area: 'main', commands: mailCommands }]

/** The areas of texts that the commands' names stand in. */
export const commandAreas: readonly Area[] = lists.map((l) => l.area)

const everywhere: readonly Command[] = [
  { id: 'app.palette', label: 'palette.title', group: 'keys.anywhere', fixed: ['mod+k'] },
  { id: 'app.help', label: 'help.keys', group: 'keys.anywhere', keys: ['?'] },
  { id: 'app.undo', label: 'act.undo', group: 'keys.anywhere', fixed: ['mod+z'] },
]

export const commands: readonly Command[] = [...lists.flatMap((l) => l.commands), ...everywhere]

/** Puts a set of keys and the person's own choices into effect. */
export function chooseKeys(preset: KeyPreset, own: Record<string, string>): void {
  setPrefs({ keyPreset: preset, ownKeys: own, keyNames: keyNames(commands, preset, own) })
}

/** A new version may bring commands that the kept choices know nothing of. */
export function refreshKeys(): void {
  const p = prefs()
  const now = keyNames(commands, p.keyPreset, p.ownKeys)
  if (JSON.stringify(now) !== JSON.stringify(p.keyNames)) setPrefs({ keyNames: now })
}
