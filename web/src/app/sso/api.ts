import { SyncError } from '~/kit/sync/errors'
import { problem } from '~/kit/sync/transport'

/** What a person is asked before a system learns who they are. */
export interface Consent {
  client: string
  /** Where the answer goes; empty for a device. */
  site: string
  scopes: string[]
  address: string
  /** Goes back with the answer: it binds it to this page. */
  token: string
}

/** What comes next: sign in, be asked, or go on to the system. */
export interface Step {
  signIn?: boolean
  again?: boolean
  /** How sure the sign-in has to be, where it is more than the password. */
  least?: number
  consent?: Consent
  redirect?: string
}

/** The protocol that a system asks by; the person sees no difference. */
export type Way = 'oidc' | 'saml'
const ways: Record<Way, string> = { oidc: '', saml: 'saml/' }

interface Sent {
  ask?: string
  code?: string
  token?: string
  allow?: boolean
  client?: string
}

/** What one allowed a system: all its sign-ons that still stand. */
export interface Grant {
  client: string
  name: string
  /** saml, or the kind of client. */
  kind: string
  scopes: string[]
  made: string
  /** Unknown of SAML, with the network address of the last use. */
  used?: string
  from?: string
}

async function post<T = Step>(path: string, body: Sent): Promise<T> {
  const res = await fetch(`/sso/api/${path}`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }).catch(() => {
    throw new SyncError('offline', 'offline', '')
  })
  if (res.status === 429) throw new SyncError('refused', 'tooMany', '')
  if (res.status === 404) throw new SyncError('gone', 'notFound', '')
  if (!res.ok) throw await problem(res)
  return (await res.json()) as T
}

const grantsOf = async (way: Way): Promise<Grant[]> => (await post<{ grants: Grant[] }>(ways[way] + 'grants', {})).grants
export const readGrants = async (): Promise<Grant[]> => (await Promise.all([grantsOf('oidc'), grantsOf('saml')])).flat()
export const endGrant = ({ kind, client }: Grant): Promise<object> => post<object>(ways[kind === 'saml' ? 'saml' : 'oidc'] + 'end-grant', { client })
export const askFor = (way: Way, ask: string): Promise<Step> => post(ways[way] + 'ask', { ask })
export const answerTo = (way: Way, ask: string, token: string, allow: boolean): Promise<Step> => post(ways[way] + 'answer', { ask, token, allow })
export const askForDevice = (code: string): Promise<Step> => post('device', { code })
export const answerDevice = (code: string, token: string, allow: boolean): Promise<Step> => post('device-answer', { code, token, allow })
