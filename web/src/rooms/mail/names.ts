import type { EmailAddress, Mailbox, MailboxRole } from '~/api/jmap'
import { t, type Key } from '~/kit/i18n'
import { Archive, FileText, Folder, Inbox, Mail, Send, ShieldAlert, Star, Trash2, Clock, type LucideIcon } from '~/kit/ui/icons'

const roleKeys: Partial<Record<MailboxRole, Key>> = {
  inbox: 'folder.inbox', drafts: 'folder.drafts', sent: 'folder.sent', archive: 'folder.archive',
  junk: 'folder.junk', trash: 'folder.trash', all: 'folder.all', flagged: 'folder.starred', important: 'folder.important', snoozed: 'folder.snoozed', scheduled: 'folder.scheduled',
}

const roleIcons: Partial<Record<MailboxRole, LucideIcon>> = {
  inbox: Inbox, drafts: FileText, sent: Send, archive: Archive, junk: ShieldAlert, trash: Trash2, flagged: Star, all: Mail, scheduled: Clock, snoozed: Clock,
}

/** Well-known folders are named in the person's language, others as they were named. */
export function folderName(m: Mailbox): string {
  const key = m.role ? roleKeys[m.role] : undefined
  return key ? t(key) : m.name
}

export function folderIcon(m: Mailbox): LucideIcon {
  return (m.role && roleIcons[m.role]) || Folder
}

export function personName(a: EmailAddress | null | undefined): string {
  if (!a) return ''
  return a.name?.trim() || a.email
}

/** A short list of people: as many names as are given, the rest by number. */
export function people(list: readonly EmailAddress[] | null | undefined, mine: ReadonlySet<string>, max = 3): string {
  const names = (list ?? []).map((a) => (mine.has(a.email.toLowerCase()) ? t('people.me') : personName(a)))
  if (names.length <= max) return names.join(t('list.separator'))
  return t('people.more', { names: names.slice(0, max).join(t('list.separator')), count: names.length - max })
}
