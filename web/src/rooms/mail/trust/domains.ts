/** The domain of an address, in small letters. */
export function domainOf(email: string | undefined): string {
  return (email ?? '').split('@').at(-1)?.toLowerCase() ?? ''
}

// Under these a name of two parts belongs to nobody: co.uk, gov.tw, com.vn ...
const SECOND = new Set(['ac', 'co', 'com', 'edu', 'go', 'gob', 'gov', 'gouv', 'idv', 'mil', 'ne', 'net', 'nom', 'or', 'org', 're'])

/** Whom a host belongs to, near enough to compare two of them. */
export function owner(host: string): string {
  const parts = host.toLowerCase().replace(/\.$/, '').split('.')
  const short = parts.length > 2 && (parts.at(-1) ?? '').length === 2 && SECOND.has(parts.at(-2) ?? '')
  return parts.slice(short ? -3 : -2).join('.')
}

/** A name as eyes compare it: no case, no marks, no spaces, look-alike letters made one. */
export function sameName(a: string, b: string): boolean {
  const fold = (s: string): string =>
    s.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().replace(/[\s.,'"’·_-]/g, '').replace(/[аɑ]/g, 'a').replace(/е/g, 'e').replace(/[оο0]/g, 'o').replace(/[1іı|]/g, 'i').replace(/l/g, 'i').replace(/р/g, 'p').replace(/с/g, 'c')
  return fold(a) !== '' && fold(a) === fold(b)
}

export type LinkDoubt = 'other' | 'punycode' | 'ip' | 'user'

const WRITTEN = /^(?:https?:\/\/)?((?:[\p{L}\p{N}-]+\.)+\p{L}{2,})(?:[/:?#].*)?$/u

/** What should make one look twice at a link: where it leads against what it says. */
export function linkDoubt(href: string, text: string): { doubt: LinkDoubt; host: string } | null {
  let url: URL
  try {
    url = new URL(href)
  } catch {
    return null
  }
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return null
  const host = url.hostname
  const written = WRITTEN.exec(text.trim())?.[1]
  if (written && owner(asciiHost(written)) !== owner(host)) return { doubt: 'other', host }
  if (url.username !== '') return { doubt: 'user', host }
  if (/^\d+\.\d+\.\d+\.\d+$/.test(host) || host.startsWith('[')) return { doubt: 'ip', host }
  if (/(^|\.)xn--/.test(host)) return { doubt: 'punycode', host }
  return null
}

function asciiHost(host: string): string {
  try {
    return new URL(`http://${host}`).hostname
  } catch {
    return host
  }
}
