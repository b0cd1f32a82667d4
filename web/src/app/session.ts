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
  /** What the person's service level has not: web, programs, mobile, offline, push, appPasswords, outside, parcels. */
  without?: string[]
  /** Until when the password has to be changed. */
  passwordDue?: string
  /** How many regulations have still to be accepted. */
  toAccept?: number
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

/** What is asked for after the password: a code of an app, a security key, a code by SMS, a recovery code; at last a password of one's own, and one's word for regulations. */
export type Method = 'totp' | 'key' | 'sms' | 'recovery' | 'password' | 'accept'

/** What more a sign-in needs. */
export interface NextStep {
  ticket: string
  methods: Method[]
  /** The methods are such as one has to set up first. */
  enrol?: boolean
  /** What the browser asks the keys. */
  options?: unknown
  /** Recovery codes of a factor that was set up on the way. */
  codes?: string[]
}

/** Where a sign-in stands: null when one is in; with recovery codes to be kept where a first factor was set up on the way. */
export type Outcome = NextStep | { codes: string[] } | null

export function signIn(address: string, password: string, least?: number): Promise<Outcome> {
  return step('/auth/sign-in', { address, password, least })
}

/** Goes on with a sign-in by a code, or by what a key answered. */
export function answer(ticket: string, method: Method, code: string): Promise<Outcome> {
  return step('/auth/answer', { ticket, method, code })
}

/** Sends a code to the telephone of whom a sign-in is about, or to a number that is added: the end of the number, and whether it takes longer. */
export async function sendCode(ticket: string, number = ''): Promise<{ to: string; late: boolean }> {
  return (await post('/auth/code', { ticket, number })) as { to: string; late: boolean }
}

/** Signs in without address and password: the first request brings the question to the keys, the second their answer. */
export async function askPasskey(ask: (options: unknown) => Promise<string>): Promise<Outcome> {
  const q = (await post('/auth/passkey', {})) as NextStep
  return step('/auth/passkey', { ticket: q.ticket, answer: JSON.parse(await ask(q.options)) as unknown })
}

/** Goes on with a sign-in by the agency's own provider, when the browser is back from there. */
export function finishIn(pass: string): Promise<Outcome> {
  return step('/sso/api/in/finish', { ask: pass })
}

/** Goes on with a sign-in by a certificate, when the browser is back from where it was shown. */
export function finishCertificate(pass: string): Promise<Outcome> {
  return step('/sso/api/cert/finish', { ask: pass })
}

/** What one is shown of a second factor that is set up in the middle of a sign-in. */
export interface FirstFactor {
  secret?: string
  qr?: string
  options?: unknown
}

export async function beginFactor(ticket: string, method: Method, name: string): Promise<FirstFactor> {
  return (await post('/auth/enrol', { ticket, method, name })) as FirstFactor
}

/** Says that a sign-in was somebody else's, by the link in the letter about it. */
export async function disown(token: string): Promise<void> {
  await post('/auth/not-me', { token })
}

/** Asks the administrator to be let in, by who cannot sign in. */
export async function askHelp(address: string, note: string): Promise<void> {
  await post('/auth/help', { address, note })
}

/** Asks for a link for a new password, to the second address of an account. */
export async function askReset(address: string): Promise<void> {
  await post('/auth/forgot', { address })
}

/** Chooses a new password by such a link. */
export async function resetPassword(token: string, password: string): Promise<void> {
  await post('/auth/reset', { token, password })
}

async function step(url: string, body: object): Promise<Outcome> {
  return (await post(url, body)) as Outcome
}

async function post(url: string, body: object): Promise<unknown> {
  const res = await fetch(url, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) })
  if (res.status === 204) return null
  if (res.ok) return (await res.json()) as unknown
  const p = await problem(res)
  if (res.status === 429) throw new SyncError('refused', 'tooMany', p.message)
  throw p
}

export async function signOut(): Promise<void> {
  const res = await fetch('/auth/sign-out', { method: 'POST' })
  // Other systems were signed on to: a page tells them, and leads back.
  if (res.status === 200) location.assign(((await res.json()) as { next: string }).next)
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
