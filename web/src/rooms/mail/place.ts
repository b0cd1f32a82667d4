import type { EmailFilter, Filter, Mailbox } from '~/api/jmap'
import { t } from '~/kit/i18n'
import type { Comparator } from '~/kit/sync/view'
import type { MailAccount } from './account'
import { assignedTo } from './assign/keyword'
import { choices, labelOf, type SortName } from './choices'
import { folderName } from './names'
import { IMPORTANT, LABEL, SEARCH, STARRED, type Show } from './route'
import { parseQuery, toFilter, type SearchContext } from './search'

/** Folders that are left out where nothing names them: the bin, junk, and what is in them. */
export function hiddenFolders(account: MailAccount): string[] {
  const all = account.mailboxes.all()
  const out = new Set(all.filter((m) => m.role === 'trash' || m.role === 'junk').map((m) => m.id))
  for (let before = -1; before !== out.size; ) {
    before = out.size
    for (const m of all) if (m.parentId !== null && out.has(m.parentId)) out.add(m.id)
  }
  return [...out]
}

/** Whether a folder is the bin or stands in it. */
export function inTrash(account: MailAccount, mailbox: Mailbox | undefined): boolean {
  for (let m = mailbox, n = 0; m && n < 20; m = m.parentId === null ? undefined : account.mailboxes.get(m.parentId), n++) {
    if (m.role === 'trash') return true
  }
  return false
}

/** What names in a query stand for. */
export function searchContext(account: MailAccount, me: string, hidden = hiddenFolders(account)): SearchContext {
  return { hidden, folder: (name) => findFolder(account, name), label: findLabel, me }
}

/** The filter of RFC 8621 section 4.4.1 for what a place shows. */
export function placeFilter(account: MailAccount, box: string, query: string, show: readonly Show[], me: string): Filter {
  const hidden = hiddenFolders(account)
  const base: Filter =
    box === SEARCH ? toFilter(parseQuery(query), searchContext(account, me, hidden))
    : box === STARRED ? { hasKeyword: '$flagged', inMailboxOtherThan: hidden }
    : box === IMPORTANT ? { hasKeyword: '$important', inMailboxOtherThan: hidden }
    : box.startsWith(LABEL) ? { hasKeyword: box.slice(LABEL.length), inMailboxOtherThan: hidden }
    : { inMailbox: box }
  return narrowed(base, show, me)
}

const single: Partial<Record<Show, EmailFilter>> = {
  unread: { notKeyword: '$seen' }, starred: { hasKeyword: '$flagged' }, important: { hasKeyword: '$important' }, files: { hasAttachment: true },
}

function narrowed(base: Filter, show: readonly Show[], me: string): Filter {
  if (show.length === 0) return base
  const more = show.map((s): EmailFilter => single[s] ?? (s === 'tome' ? { to: me } : { hasKeyword: assignedTo(me) }))
  return { operator: 'AND', conditions: [base, ...more] }
}

/** The folder that a filter stands for, if it names one and must be in it. */
export function folderOf(filter: Filter): string | undefined {
  if ('operator' in filter) return filter.operator === 'AND' ? filter.conditions.map((c) => folderOf(c as Filter)).find((x) => x !== undefined) : undefined
  return (filter as EmailFilter).inMailbox ?? undefined
}

export function findFolder(account: MailAccount, name: string): string | undefined {
  const want = name.toLocaleLowerCase()
  return account.mailboxes.all().find((m) => m.role === want || folderName(m).toLocaleLowerCase() === want || m.name.toLocaleLowerCase() === want)?.id
}

const comparators: Record<SortName, readonly Comparator[]> = {
  date: [],
  oldest: [{ property: 'receivedAt', isAscending: true }],
  from: [{ property: 'from', isAscending: true }],
  subject: [{ property: 'subject', isAscending: true }],
  size: [{ property: 'size', isAscending: false }],
  // What lacks the keyword comes first in ascending order (RFC 8621 section 4.4.2).
  unread: [{ property: 'hasKeyword', keyword: '$seen', isAscending: true }],
  starred: [{ property: 'hasKeyword', keyword: '$flagged', isAscending: false }],
  files: [{ property: 'hasAttachment', isAscending: false }],
}

export function sortOf(name: SortName | undefined): Comparator[] {
  const newest = { property: 'receivedAt', isAscending: false }
  if (name === 'oldest') return [...comparators.oldest]
  return [...comparators[name ?? 'date'], newest]
}

/** What a place is called, for its heading and the window's title. */
export function placeTitle(mailbox: Mailbox | undefined, box: string): string {
  if (mailbox) return folderName(mailbox)
  if (box.startsWith(LABEL)) return labelOf(box.slice(LABEL.length))?.name ?? box.slice(LABEL.length)
  return t(box === STARRED ? 'folder.starred' : box === IMPORTANT ? 'folder.important' : 'search.title')
}

function findLabel(name: string): string {
  const want = name.toLocaleLowerCase()
  return choices().labels.find((l) => l.name.toLocaleLowerCase() === want || l.keyword === want)?.keyword ?? want
}
