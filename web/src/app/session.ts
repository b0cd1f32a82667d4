import type { Session, StateChange } from '~/api/jmap'
import { SyncError } from '~/kit/sync/errors'
import { problem } from '~/kit/sync/transport'

/** Who is signed in, as /auth/me tells. */
export interface Me {
  address: string
  name: string
  language: string
  /** After how many seconds without use the session ends; absent where nothing ends it. */
  idleSeconds?: number
  /** Whether mail may be kept in this browser. */
  offline?: boolean
}

declare global {
  var chanceryEarly: Record<string, Promise<Response>> | undefined
}

/** What theme.js asked before this script was here, once; asked anew after that. */
function ask(path: string): Promise<Response> {
  const early = globalThis.chanceryEarly?.[path]
  if (early) delete globalThis.chanceryEarly?.[path]
  return early ?? fetch(path, { headers: { Accept: 'application/json' } })
}

/** Null when nobody is signed in. */
export async function whoAmI(): Promise<Me | null> {
  const res = await ask('/auth/me')
  if (res.status === 401 || res.status === 403) return null
  if (!res.ok) throw await problem(res)
  return (await res.json()) as Me
}

/** What more a sign-in needs: a code by one of the methods. */
export interface NextStep {
  ticket: string
  methods: ('totp' | 'recovery')[]
}

/** Null when one is signed in. */
export function signIn(address: string, password: string): Promise<NextStep | null> {
  return step('/auth/sign-in', { address, password })
}

/** Goes on with a sign-in by a code. */
export function answer(ticket: string, method: string, code: string): Promise<NextStep | null> {
  return step('/auth/answer', { ticket, method, code })
}

async function step(url: string, body: object): Promise<NextStep | null> {
  const res = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
  if (res.status === 204) return null
  if (res.ok) return (await res.json()) as NextStep
  const p = await problem(res)
  if (res.status === 429) throw new SyncError('refused', 'tooMany', p.message)
  throw p
}

export async function signOut(): Promise<void> {
  await fetch('/auth/sign-out', { method: 'POST' })
}

/** The JMAP session (RFC 8620 section 2). Its URLs are absolute and may name
 * the server as its operator knows it; the page may only talk to where it came
 * from, so the origin is replaced by the page's own. */
export async function loadSession(): Promise<Session> {
  const res = await ask('/.well-known/jmap')
  if (!res.ok) throw await problem(res)
  const s = (await res.json()) as Session
  return {
    ...s,
    apiUrl: here(s.apiUrl),
    downloadUrl: here(s.downloadUrl),
    uploadUrl: here(s.uploadUrl),
    eventSourceUrl: here(s.eventSourceUrl),
  }
}

function here(url: string): string {
  // Not by new URL(): it would escape the braces of the URI templates.
  return url.replace(/^https?:\/\/[^/]+/, location.origin)
}

/** A request that the server answers when something changes: push for where streams are blocked. */
export async function longPoll(since: string, signal: AbortSignal): Promise<{ mark: string; change: StateChange | null }> {
  const res = await fetch(`/jmap/poll?since=${encodeURIComponent(since)}`, { signal, headers: { Accept: 'application/json' } })
  if (!res.ok) throw await problem(res)
  return (await res.json()) as { mark: string; change: StateChange | null }
}
