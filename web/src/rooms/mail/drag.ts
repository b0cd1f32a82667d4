import type { DragEvent } from 'react'
import type { Mailbox } from '~/api/jmap'
import { t } from '~/kit/i18n'
import { chosenActs, noteFolder } from './chosen'
import type { MailState } from './context'
import { rowEmails } from './rows'

/** What is being dragged now; the browser hides the data of a drag until it ends. */
export type Dragged =
  | { what: 'letters'; accountId: string; ids: readonly string[]; everything: boolean }
  | { what: 'folder'; accountId: string; id: string }

const TYPE = 'application/x-chancery'
let now: Dragged | null = null

export function dragged(e: DragEvent): Dragged | null {
  return e.dataTransfer.types.includes(TYPE) ? now : null
}

function begin(e: DragEvent, what: Dragged, words: string): void {
  now = what
  e.dataTransfer.setData(TYPE, '1')
  e.dataTransfer.effectAllowed = 'move'
  const tag = document.createElement('div')
  tag.className = 'drag-tag'
  tag.textContent = words
  document.body.append(tag)
  e.dataTransfer.setDragImage(tag, -12, -8)
  setTimeout(() => tag.remove(), 0)
  addEventListener('dragend', () => (now = null), { once: true })
}

/** Takes up the row, or all that are chosen when it is one of them. */
export function dragLetters(e: DragEvent, m: MailState, id: string): void {
  const { list } = m
  const many = list.selected.has(id)
  const ids = many ? [...list.selected] : [id]
  const count = many && list.everything ? (m.view.total ?? ids.length) : ids.length
  const subject = m.account.emails.get(id)?.subject
  begin(e, { what: 'letters', accountId: m.account.id, ids, everything: many && list.everything }, count === 1 && subject ? subject.slice(0, 60) : t('list.chosen', { count }))
}

export function dragFolder(e: DragEvent, accountId: string, id: string, name: string): void {
  begin(e, { what: 'folder', accountId, id }, name)
}

/** Lets go of letters over a folder. */
export function dropOnFolder(m: MailState, d: Dragged & { what: 'letters' }, to: Mailbox): void {
  noteFolder(m.account.id, to.id)
  const one = d.ids[0]
  if (one !== undefined && m.list.selected.has(one)) return chosenActs(m).move(to)
  m.list.setCursor(m.list.after(new Set(d.ids)))
  void m.acts.move(rowEmails(m, d.ids), to)
}

/** Lets go of letters over a label, which is added to them. */
export function dropOnLabel(m: MailState, d: Dragged & { what: 'letters' }, keyword: string): void {
  const one = d.ids[0]
  if (one !== undefined && m.list.selected.has(one)) return chosenActs(m).label([keyword], [])
  void m.acts.keywords(rowEmails(m, d.ids), [keyword], [])
}
