/** What of a place is shown: all that are named must be so. */
export const SHOWS = ['unread', 'starred', 'important', 'files', 'tome', 'mine'] as const
export type Show = (typeof SHOWS)[number]

/** A place in the mail room, as its address says it. */
export interface MailRoute {
  accountId: string | undefined
  /** A folder's id, or one of the places below. */
  box: string | undefined
  threadId: string | undefined
  query: string
  show: readonly Show[]
}

// Ids of RFC 8620 section 1.2 have no "~", so these cannot meet a folder.
export const SEARCH = '~search'
export const STARRED = '~starred'
export const IMPORTANT = '~important'
/** Followed by the keyword of the label. */
export const LABEL = '~label.'

export function parseRoute(path: string, search: string): MailRoute {
  const [room, accountId, box, threadId] = path.split('/').filter(Boolean).map(decode)
  const params = new URLSearchParams(search)
  const mail = room === 'mail'
  const shown = (params.get('show') ?? '').split(',')
  return {
    accountId: mail ? accountId : undefined,
    box: mail ? box : undefined,
    threadId: mail ? threadId : undefined,
    query: params.get('q') ?? '',
    show: SHOWS.filter((s) => shown.includes(s)),
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

export function mailPath(r: { accountId: string; box: string; threadId?: string | undefined; query?: string; show?: readonly Show[] }): string {
  const parts = ['mail', r.accountId, r.box, ...(r.threadId ? [r.threadId] : [])].map(encodeURIComponent)
  const params = new URLSearchParams()
  if (r.query) params.set('q', r.query)
  if (r.show && r.show.length > 0) params.set('show', r.show.join(','))
  const tail = params.size > 0 ? `?${params}`.replaceAll('%2C', ',') : ''
  return `/${parts.join('/').replaceAll('%7E', '~')}${tail}`
}
