import type { Key, Values } from '~/kit/i18n'
import { isGroup, type Term } from '../search-terms'

type T = (key: Key, values?: Values) => string

// What a term says, by its operator; "is:" and "has:" say it by their value.
const named: Record<string, Key> = {
  from: 'term.from', to: 'term.to', cc: 'term.cc', bcc: 'term.bcc', subject: 'term.subject', body: 'term.body', before: 'term.before', after: 'term.after',
  older_than: 'term.older_than', newer_than: 'term.newer_than', in: 'term.in', label: 'term.label', larger: 'term.larger', smaller: 'term.smaller',
}
const states: Record<string, Key> = {
  unread: 'list.unread', read: 'term.read', starred: 'folder.starred', flagged: 'folder.starred', important: 'folder.important', draft: 'folder.drafts',
  mine: 'show.mine', done: 'assign.done', answered: 'list.answered', attachment: 'list.hasFiles', attachments: 'list.hasFiles', file: 'list.hasFiles', files: 'list.hasFiles',
}
const folders: Record<string, Key> = {
  inbox: 'folder.inbox', archive: 'folder.archive', drafts: 'folder.drafts', sent: 'folder.sent', junk: 'folder.junk', trash: 'folder.trash', snoozed: 'folder.snoozed', scheduled: 'folder.scheduled',
}

/** A term as a person says it, where termText is how it is typed. */
export function termLabel(t: T, term: Term): string {
  const label = isGroup(term) ? choice(t, term.any) : single(t, term)
  return term.not ? t('term.not', { term: label }) : label
}

function choice(t: T, any: Term[][]): string {
  return any.map((group) => group.map((x) => termLabel(t, x)).join(' ')).reduce((one, other) => t('term.or', { one, other }))
}

function single(t: T, { operator, value, exact }: Term): string {
  const quoted = exact ? `“${value}”` : value
  const low = value.toLowerCase()
  const state = operator === 'is' || operator === 'has' ? states[low] : undefined
  if (state) return t(state)
  const key = named[operator ?? '']
  if (!key) return operator ? `${operator}:${value}` : quoted
  const folder = operator === 'in' ? folders[low] : undefined
  return t(key, { value: folder ? t(folder) : quoted })
}
