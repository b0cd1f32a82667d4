import type { Email, Identity, Mailbox, MailboxRole, Thread } from '~/api/jmap'
import { RecordStore } from '~/kit/sync/records'

/** Everything the client holds of one account: the person's own or a shared mailbox. */
export class MailAccount {
  readonly mailboxes = new RecordStore<Mailbox>()
  readonly emails = new RecordStore<Email>()
  readonly threads = new RecordStore<Thread>()
  identities: Identity[] = []

  constructor(
    readonly id: string,
    readonly name: string,
    readonly isPersonal: boolean,
    readonly isReadOnly: boolean,
  ) {}

  role(role: MailboxRole): Mailbox | undefined {
    return this.mailboxes.all().find((m) => m.role === role)
  }

  /** The emails of a thread that are known here, oldest first. */
  threadEmails(threadId: string): Email[] {
    const ids = this.threads.get(threadId)?.emailIds ?? []
    return ids.map((id) => this.emails.get(id)).filter((e): e is Email => e !== undefined)
  }
}

export interface FolderNode {
  mailbox: Mailbox
  depth: number
  children: FolderNode[]
}

const roleOrder: (MailboxRole | null)[] = ['inbox', 'flagged', 'important', 'drafts', 'sent', 'scheduled', 'snoozed', 'archive', 'all', 'junk', 'trash']

/** The folders as a tree: well-known ones first, then by the server's order and the language's. */
export function folderTree(mailboxes: readonly Mailbox[], compare: (a: string, b: string) => number): FolderNode[] {
  const known = new Set(mailboxes.map((m) => m.id))
  const byParent = new Map<string | null, Mailbox[]>()
  for (const m of mailboxes) {
    // A parent the person may not see leaves its children at the top.
    const parent = m.parentId !== null && known.has(m.parentId) ? m.parentId : null
    byParent.set(parent, [...(byParent.get(parent) ?? []), m])
  }
  const rank = (m: Mailbox): number => {
    const at = m.role ? roleOrder.indexOf(m.role) : -1
    return at < 0 ? roleOrder.length : at
  }
  const build = (parent: string | null, depth: number): FolderNode[] =>
    (byParent.get(parent) ?? [])
      .toSorted((a, b) => rank(a) - rank(b) || a.sortOrder - b.sortOrder || compare(a.name, b.name))
      .map((mailbox) => ({ mailbox, depth, children: build(mailbox.id, depth + 1) }))
  return build(null, 0)
}

/** "A / B / C" for a folder, as pickers show it. */
export function folderPath(account: MailAccount, mailbox: Mailbox, name: (m: Mailbox) => string): string {
  const parts = [name(mailbox)]
  for (let p = mailbox.parentId; p !== null; ) {
    const m = account.mailboxes.get(p)
    if (!m || parts.length > 20) break
    parts.unshift(name(m))
    p = m.parentId
  }
  return parts.join(' / ')
}
