import type { Mailbox } from '~/api/jmap'
import { t } from '~/kit/i18n'
import { compareNames } from '~/kit/i18n/dates'
import { ChevronDown, ChevronRight, FolderInput, MailOpen, Pencil, Plus, Trash2, X } from '~/kit/ui/icons'
import type { MenuEntry } from '~/kit/ui/MenuButton'
import type { MailAccount } from '../account'
import { ask } from '../ask'
import { COLOURS, choices, choose, placeName, withPlace } from '../choices'
import type { MailState } from '../context'
import { folderName } from '../names'
import { inTrash } from '../place'
import { below, deleteFolder, emptyPlace, moveFolder, readPlace, shiftFolder, showFolder, siblings } from './acts'

type Room = Pick<MailState, 'engine' | 'go' | 'route'>

/** Everything one may do with a folder; the same list by mouse, by key and in the list's head. */
export function folderMenu(m: Room, a: MailAccount, box: Mailbox): MenuEntry[] {
  const { engine } = m
  const own = box.role === null
  const rights = box.myRights
  const out: MenuEntry[] = []
  if (box.unreadEmails > 0 && rights.maySetSeen) out.push({ id: 'read', label: t('folders.readAll'), icon: MailOpen, run: () => void readPlace(engine, a, box) })
  if ((box.role === 'junk' || inTrash(a, box)) && rights.mayRemoveItems) out.push({ id: 'empty', label: t('folders.empty', { name: folderName(box) }), icon: Trash2, danger: true, run: () => void emptyPlace(engine, a, box) })
  if (rights.mayCreateChild && !inTrash(a, box) && box.role !== 'junk') out.push({ id: 'new', label: t('folders.newInside'), icon: Plus, run: () => ask({ what: 'folder', account: a, parent: box }) })
  if (own && rights.mayRename) out.push({ id: 'rename', label: t('folders.rename'), icon: Pencil, shortcut: 'F2', run: () => ask({ what: 'folder', account: a, parent: null, rename: box }) })
  if (own && rights.mayRename) out.push({ id: 'move', label: t('folders.move'), icon: FolderInput, run: () => askFolderMove(m, a, box) })
  if (own && rights.mayRename) out.push(...orderEntries(m, a, box))
  if (own) out.push({ id: 'hide', label: t(box.isSubscribed ? 'folders.hide' : 'folders.show'), icon: X, run: () => void showFolder(engine, a, box, !box.isSubscribed) })
  if (own && rights.mayDelete) out.push({ id: 'delete', label: t('folders.delete'), icon: Trash2, shortcut: 'Del', danger: true, run: () => void removeFolder(m, a, box) })
  return [...out, ...colourEntries(a, box)]
}

function orderEntries(m: Room, a: MailAccount, box: Mailbox): MenuEntry[] {
  const all = siblings(a, box, compareNames)
  const at = all.findIndex((x) => x.id === box.id)
  const out: MenuEntry[] = []
  if (at > 0) out.push({ id: 'up', label: t('folders.up'), icon: ChevronRight, shortcut: 'Alt ↑', run: () => void shiftFolder(m.engine, a, box, -1, compareNames) })
  if (at >= 0 && at < all.length - 1) out.push({ id: 'down', label: t('folders.down'), icon: ChevronDown, shortcut: 'Alt ↓', run: () => void shiftFolder(m.engine, a, box, 1, compareNames) })
  return out
}

/** The colours as words, since a menu of patches alone would say nothing to some. */
function colourEntries(a: MailAccount, box: Mailbox): MenuEntry[] {
  if (box.role !== null) return []
  const place = placeName(a.id, box.id)
  const now = choices().folderColours[place]
  const names = colourNames()
  return COLOURS.map((c) => ({
    id: `colour-${c}`,
    group: t('folders.colour'),
    label: names[c],
    checked: (now ?? 'grey') === c,
    run: () => choose({ folderColours: withPlace(choices().folderColours, place, c, 'grey' as const) }),
  }))
}

export function colourNames(): Record<(typeof COLOURS)[number], string> {
  return {
    grey: t('colour.grey'), red: t('colour.red'), orange: t('colour.orange'), yellow: t('colour.yellow'), green: t('colour.green'),
    teal: t('colour.teal'), blue: t('colour.blue'), purple: t('colour.purple'), pink: t('colour.pink'),
  }
}

export function askFolderMove(m: Room, a: MailAccount, box: Mailbox): void {
  // Into itself or below itself it cannot go.
  const not = [box.id, ...below(a, box).map((x) => x.id), ...(box.parentId ? [box.parentId] : [])]
  ask({ what: 'move', title: t('folders.moveTitle', { name: folderName(box) }), account: a, not, latest: false, ...(box.parentId ? { top: t('folders.top') } : {}), pick: (to) => void moveFolder(m.engine, a, box, to) })
}

/** Deletes a folder and, when it is the one in view, goes back to the inbox. */
export async function removeFolder(m: Room, a: MailAccount, box: Mailbox): Promise<void> {
  const done = await deleteFolder(m.engine, a, box)
  const inbox = a.role('inbox')
  if (done && m.route.box === box.id && inbox) m.go({ accountId: a.id, box: inbox.id, threadId: undefined })
}

