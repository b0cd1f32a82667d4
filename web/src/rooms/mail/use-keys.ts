import { useLayout } from '~/app/layout'
import { useKeys } from '~/kit/keys'
import type { MailState } from './context'
import { ask } from './ask'
import { askMove, chosenActs } from './chosen'
import { askLater } from './later/request'
import { mute } from './mute/mute'
import { rowEmails } from './rows'
import { suspicious } from './trust/suspicious'
import { threadActs } from './use-thread-acts'

/** The keys of the mail room; the list of `?` is made from the same names. */
export function useMailKeys(m: MailState, on: { help: () => void }): void {
  const { list, acts, account, route } = m
  const act = threadActs(m, useLayout(), route.threadId ? account.threadEmails(route.threadId) : [])
  const all = chosenActs(m)
  const chosen = (): ReturnType<typeof rowEmails> => {
    if (list.selected.size > 0) return rowEmails(m, list.selected)
    if (route.threadId) return act.emails
    return list.cursor === undefined ? [] : rowEmails(m, [list.cursor])
  }
  // Acts on the chosen rows, on the open conversation, or on the cursor's row.
  const leaving = (open: () => void, many: () => void, run: (e: ReturnType<typeof rowEmails>) => Promise<unknown>) => (): void => {
    if (list.selected.size > 0) return many()
    if (route.threadId) return open()
    const emails = chosen()
    if (emails.length === 0) return
    list.setCursor(list.after(new Set(list.cursor === undefined ? [] : [list.cursor])))
    void run(emails)
  }
  // Shift and an arrow choose a range, as in every list of files.
  const range = (by: number) => (): void => {
    const from = list.cursor
    const id = list.move(by)
    if (id === undefined || from === undefined) return
    list.extend(id)
    focusRow(id)
  }
  const step = (by: number) => (): void => {
    const id = list.move(by)
    if (id === undefined) return
    if (route.threadId) m.openRow(id)
    // A focus left on an earlier row would take the cursor back there when a sheet closes.
    if (!route.threadId || document.activeElement?.closest('#list')) focusRow(id)
  }
  const answer = (how: 'reply' | 'replyAll' | 'forward') => (): void => {
    const email = (route.threadId ? account.threadEmails(route.threadId) : chosen()).findLast((e) => !e.keywords['$draft'])
    if (email) m.compose({ how, email })
  }
  useKeys({
    j: step(1),
    k: step(-1),
    ArrowDown: step(1),
    ArrowUp: step(-1),
    'shift+ArrowDown': range(1),
    'shift+ArrowUp': range(-1),
    J: range(1),
    K: range(-1),
    PageDown: step(10),
    PageUp: step(-10),
    Enter: (e) => {
      const el = e.target as HTMLElement
      if (el.closest('button, a, summary, input')) return false
      if (list.cursor !== undefined) m.openRow(list.cursor)
      return undefined
    },
    o: () => void (list.cursor !== undefined && m.openRow(list.cursor)),
    x: () => void (list.cursor !== undefined && list.toggle(list.cursor)),
    ' ': (e) => {
      const el = e.target as HTMLElement
      if (list.cursor === undefined || !el.closest('[role=row]') || el.closest('button, input')) return false
      return list.toggle(list.cursor)
    },
    'mod+a': (e) => {
      // Only in the list; elsewhere it selects text.
      if (!(e.target as Element).closest('#list')) return false
      return list.selectLoaded()
    },
    e: leaving(act.archive, all.archive, acts.archive),
    '#': leaving(act.trash, all.trash, acts.trash),
    Delete: leaving(act.trash, all.trash, acts.trash),
    '!': leaving(act.junk, all.junk, acts.junk),
    v: () => {
      const emails = chosen()
      if (list.selected.size > 0) return all.askMove()
      if (emails.length > 0) askMove(m, (to) => (route.threadId ? act.move(to) : leaving(() => {}, () => {}, (e) => acts.move(e, to))()))
    },
    l: () => {
      const emails = chosen()
      if (list.selected.size > 0) return all.askLabel()
      if (emails.length > 0) ask({ what: 'label', emails, apply: (add, remove) => void acts.keywords(emails, add, remove) })
    },
    i: () => {
      const emails = chosen()
      const on = !emails.some((x) => x.keywords['$important'])
      void acts.important(on ? emails.slice(-1) : emails, on)
    },
    b: () => askLater({ kind: 'snooze', engine: m.engine, account, emails: chosen(), leave: () => (list.selected.size === 0 && route.threadId ? act.leave() : list.clear()) }),
    h: () => askLater({ kind: 'remind', engine: m.engine, account, emails: chosen().slice(-1) }),
    m: leaving(act.mute, () => { const emails = chosen(); list.clear(); void mute(m.engine, account, emails) }, (emails) => mute(m.engine, account, emails)),
    p: leaving(act.suspicious, () => { const emails = chosen(); list.clear(); void suspicious(m.engine, account, emails) }, (emails) => suspicious(m.engine, account, emails)),
    s: () => {
      const emails = chosen()
      const starred = emails.filter((x) => x.keywords['$flagged'])
      void (starred.length > 0 ? acts.star(starred, false) : acts.star(emails.slice(-1), true))
    },
    u: () => (list.selected.size > 0 ? all.seen(false) : route.threadId ? act.unread() : void acts.seen(chosen(), false)),
    I: () => (list.selected.size > 0 ? all.seen(true) : void acts.seen(chosen(), true)),
    r: answer('reply'),
    a: answer('replyAll'),
    f: answer('forward'),
    c: () => m.compose({ how: 'new' }),
    Escape: () => (list.selected.size > 0 ? list.clear() : route.threadId ? act.close() : undefined),
    '?': on.help,
  })
}

function focusRow(id: string): void {
  requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-row="${CSS.escape(id)}"]`)?.focus({ preventScroll: true }))
}
