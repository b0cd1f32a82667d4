import { language, t } from '~/kit/i18n'
import { answersKey, runKey } from '~/kit/keys'
import { keysOf } from '~/kit/keys/names'
import { prefs, setPrefs } from '~/kit/prefs'
import { Search, Settings, type LucideIcon } from '~/kit/ui/icons'
import type { MailEngine } from '~/rooms/mail/engine'
import { folderIcon, folderName } from '~/rooms/mail/names'
import { SEARCH, mailPath } from '~/rooms/mail/route'
import { lastPlace } from '../RoomPlace'
import { roomsFor } from '../rooms'
import { commands } from './commands'

/** One line of the palette. */
export interface Entry {
  id: string
  name: string
  group: string
  icon?: LucideIcon
  keys: readonly string[]
  run: () => void
  /** The last line: takes what was typed as words to look for. */
  search?: (query: string) => void
}

/** Everything that can be done from where the person is now. */
export function entries(engine: MailEngine, navigate: (to: string) => void): Entry[] {
  const p = prefs()
  const out: Entry[] = []
  for (const c of commands) {
    const key = c.keys?.find(answersKey)
    const run = c.run ?? (key === undefined ? undefined : () => runKey(key))
    // Going down a list by the palette would be no help.
    if (!run || c.group === 'keys.move' || c.id === 'app.help') continue
    out.push({ id: c.id, name: t(c.label), group: t(c.group), icon: c.icon, keys: c.fixed ?? keysOf(c, p.keyPreset, p.ownKeys), run })
  }
  out.push({ id: 'app.help', name: t('help.keys'), group: t('keys.anywhere'), keys: ['?'], run: () => runKey('?') })
  for (const a of engine.accounts) {
    for (const m of a.mailboxes.all()) {
      out.push({ id: `folder.${a.id}.${m.id}`, name: folderName(m), group: a.isPersonal ? t('palette.folder') : a.name, icon: folderIcon(m), keys: [], run: () => navigate(mailPath({ accountId: a.id, box: m.id })) })
    }
  }
  for (const r of roomsFor(engine.session.capabilities)) out.push({ id: `room.${r.id}`, name: t(r.labelKey), group: t('frame.rooms'), icon: r.icon, keys: [], run: () => navigate(lastPlace(r.id) ?? r.path) })
  out.push({ id: 'settings', name: t('settings.title'), group: t('palette.go'), icon: Settings, keys: [], run: () => navigate('/settings') })
  out.push({ id: 'settings.keys', name: t('keys.change'), group: t('palette.go'), icon: Settings, keys: [], run: () => navigate('/settings/keyboard') })
  const dark = document.documentElement.dataset['theme'] === 'dark'
  out.push({ id: 'theme', name: t(dark ? 'palette.light' : 'palette.dark'), group: t('settings.title'), keys: [], run: () => setPrefs({ theme: dark ? 'light' : 'dark' }) })
  const first = engine.accounts[0]
  if (first) out.push({ id: 'search', name: '', group: t('search.short'), icon: Search, keys: [], run: () => {}, search: (query) => navigate(mailPath({ accountId: first.id, box: SEARCH, query })) })
  const sorter = new Intl.Collator(language())
  return out.sort((a, b) => Number(a.id.startsWith('folder')) - Number(b.id.startsWith('folder')) || (a.id.startsWith('folder') ? sorter.compare(a.name, b.name) : 0))
}
