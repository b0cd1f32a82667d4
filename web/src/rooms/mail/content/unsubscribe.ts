import type { Email } from '~/api/jmap'

/** The property that asks the server for the field (RFC 8621 section 4.1.2.6). */
export const UNSUBSCRIBE = 'header:List-Unsubscribe:asURLs'

export type Way = { kind: 'mail'; to: string; subject: string; text: string } | { kind: 'web'; url: string; host: string }

/**
 * How one leaves the list that a letter came by (RFC 2369 section 3.2): by a
 * letter where the list takes one, since that tells a stranger's server
 * nothing about the reader's machine, else by its page.
 */
export function unsubscribe(email: Email): Way | null {
  const urls = (email as unknown as Record<string, unknown>)[UNSUBSCRIBE]
  if (!Array.isArray(urls)) return null
  const list = urls.filter((u): u is string => typeof u === 'string' && URL.canParse(u)).map((u) => new URL(u))
  const mail = list.find((u) => u.protocol === 'mailto:')
  if (mail) {
    const to = safeDecode(mail.pathname)
    if (/^[^\s@,;<>"]+@[^\s@,;<>"]+$/.test(to)) return { kind: 'mail', to, subject: mail.searchParams.get('subject') ?? 'unsubscribe', text: mail.searchParams.get('body') ?? '' }
  }
  const web = list.find((u) => u.protocol === 'https:')
  return web ? { kind: 'web', url: web.href, host: web.host } : null
}

function safeDecode(s: string): string {
  try {
    return decodeURIComponent(s)
  } catch {
    return s
  }
}
