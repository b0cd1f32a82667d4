import type { Email } from '~/api/jmap'

/** The property that asks the server for the field (RFC 8621 section 4.1.2.6). */
export const UNSUBSCRIBE = 'header:List-Unsubscribe:asURLs'

/** What says that one request is enough (RFC 8058). */
export const ONE_CLICK = 'header:List-Unsubscribe-Post:asText'

export type Way = { kind: 'mail'; to: string; subject: string; text: string } | { kind: 'web'; url: string; host: string }

/** Whether the letter says that its list can be left by one request; the server then proves it. */
export function oneClick(email: Email): boolean {
  const post = (email as unknown as Record<string, unknown>)[ONE_CLICK]
  const urls = (email as unknown as Record<string, unknown>)[UNSUBSCRIBE]
  return typeof post === 'string' && post.trim().toLowerCase() === 'list-unsubscribe=one-click' && Array.isArray(urls) && urls.filter((u) => /^https:/i.test(String(u))).length === 1
}

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
