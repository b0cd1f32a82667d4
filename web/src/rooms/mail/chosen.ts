import type { Email, Mailbox } from '~/api/jmap'
import { t, withTexts } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { errorText } from '~/kit/ui/states'
import { sayError } from '~/kit/undo'
import { ask } from './ask'
import type { BulkOrder } from './bulk/acts'
import { choices, choose, placeName, recent } from './choices'
import type { MailState } from './context'
import { rowEmails } from './rows'

type Room = Pick<MailState, 'engine' | 'account' | 'mailbox' | 'view' | 'list' | 'acts' | 'conversations'>

/** Does something to all that the list would show, as work with a progress of its own. */
export function orderEverything(m: Room, order: BulkOrder): void {
  void withTexts('bulk', () => import('./bulk/acts'))
    .then((b) => b.orderAll(m, order))
    .catch((e: unknown) => sayError(errorText(t, asSyncError(e))))
}

/** The acts on the chosen rows, or on all results when those are chosen. */
export function chosenActs(m: Room): {
  emails: () => Email[]
  archive: () => void
  trash: () => void
  junk: () => void
  seen: (on: boolean) => void
  move: (to: Mailbox) => void
  askMove: () => void
  askLabel: () => void
  label: (add: string[], remove: string[]) => void
} {
  const { list, acts } = m
  const emails = (): Email[] => rowEmails(m, list.selected)
  // The cursor goes to what stays, so that the keyboard's work goes on.
  const leave = (run: (e: Email[]) => Promise<unknown>, order: BulkOrder) => (): void => {
    const [some, all] = [emails(), list.everything]
    list.setCursor(list.after(list.selected))
    list.clear()
    if (all) orderEverything(m, order)
    else void run(some)
  }
  const mark = (run: (e: Email[]) => Promise<unknown>, order: BulkOrder): void => {
    const [some, all] = [emails(), list.everything]
    list.clear()
    if (all) orderEverything(m, order)
    else void run(some)
  }
  const move = (to: Mailbox): void => leave((e) => acts.move(e, to), { do: 'move', to })()
  const label = (add: string[], remove: string[]): void => mark((e) => acts.keywords(e, add, remove), { do: 'keyword', add, remove, title: 'done.labelled' })
  return {
    emails,
    archive: leave(acts.archive, { do: 'archive' }),
    trash: leave(acts.trash, { do: 'trash' }),
    junk: leave(acts.junk, { do: 'junk' }),
    seen: (on) => mark((e) => acts.seen(e, on), { do: 'keyword', add: on ? ['$seen'] : [], remove: on ? [] : ['$seen'], title: on ? 'act.markRead' : 'act.markUnread' }),
    move,
    askMove: () => askMove(m, move),
    label,
    askLabel: () => ask({ what: 'label', emails: list.everything ? [] : emails(), apply: label }),
  }
}

/** Opens the list of folders to move to, with what is typed and the latest ones first. */
export function askMove(m: Pick<MailState, 'account' | 'mailbox'>, move: (to: Mailbox) => void): void {
  ask({
    what: 'move',
    title: t('act.move'),
    account: m.account,
    not: m.mailbox ? [m.mailbox.id] : [],
    latest: true,
    pick: (to) => {
      if (!to) return
      noteFolder(m.account.id, to.id)
      move(to)
    },
  })
}

/** Remembers a folder that was moved to. */
export function noteFolder(accountId: string, box: string): void {
  choose({ recentFolders: recent(choices().recentFolders, placeName(accountId, box)) })
}
