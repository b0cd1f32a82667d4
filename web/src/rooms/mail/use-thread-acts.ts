import type { Email, Mailbox } from '~/api/jmap'
import type { Layout } from '~/app/layout'
import type { MailState } from './context'
import { isMuted, mute } from './mute/mute'
import { inTrash } from './place'
import { askLater } from './later/request'
import { suspicious } from './trust/suspicious'

/** Acts on the open conversation, which then gives way to the next one. */
export interface ThreadActs {
  /** What the acts concern: in a folder, the messages that are in it. */
  emails: Email[]
  archive: () => void
  trash: () => void
  junk: () => void
  move: (to: Mailbox) => void
  notJunk: () => void
  suspicious: () => void
  /** Mutes the conversation, or hears it again. */
  mute: () => void
  snooze: () => void
  remind: () => void
  star: () => void
  unread: () => void
  close: () => void
  leave: () => void
}

export function threadActs(m: Pick<MailState, 'engine' | 'mailbox' | 'acts' | 'list' | 'view' | 'account' | 'go'>, layout: Layout, all: readonly Email[]): ThreadActs {
  const { engine, mailbox, acts, list, view, account, go } = m
  const here = all.filter((e) => !mailbox || e.mailboxIds[mailbox.id])
  const emails = here.length > 0 ? here : [...all]

  const close = (): void => go({ threadId: undefined })
  const leave = (): void => {
    const gone = new Set(view.rows.filter((id): id is string => id !== undefined && account.emails.get(id)?.threadId === all[0]?.threadId))
    const next = layout === 'phone' ? undefined : list.after(gone)
    const email = next === undefined ? undefined : account.emails.get(next)
    list.setCursor(next)
    go({ threadId: email?.threadId }, layout !== 'phone')
  }
  const andLeave = (act: (emails: Email[]) => Promise<unknown>) => (): void => {
    leave()
    void act(emails)
  }
  return {
    emails,
    archive: andLeave(acts.archive),
    trash: inTrash(account, mailbox) ? () => void acts.trash(emails).then((done) => done && close()) : andLeave(acts.trash),
    junk: andLeave(acts.junk),
    move: (to) => andLeave((e) => acts.move(e, to))(),
    notJunk: andLeave(acts.notJunk),
    suspicious: andLeave((list) => suspicious(engine, account, list)),
    mute: mailbox?.role === 'inbox' && !isMuted(all) ? andLeave(() => mute(engine, account, all)) : () => void mute(engine, account, all),
    snooze: () => askLater({ kind: 'snooze', engine, account, emails, leave }),
    remind: () => askLater({ kind: 'remind', engine, account, emails: emails.slice(-1) }),
    star: () => {
      const starred = all.filter((e) => e.keywords['$flagged'])
      const last = all.at(-1)
      void (starred.length > 0 ? acts.star(starred, false) : last ? acts.star([last], true) : undefined)
    },
    unread: () => {
      const last = emails.at(-1)
      close()
      if (last) void acts.seen([last], false)
    },
    close,
    leave,
  }
}
