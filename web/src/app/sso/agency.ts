import { SyncError } from '~/kit/sync/errors'
import { problem } from '~/kit/sync/transport'

const BACK = 'chancery.in.back'

/** Posts what a page of a sign-in asks, and reads the answer. */
export async function post<T>(path: string, body: object): Promise<T> {
  const res = await fetch(path, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) }).catch(() => {
    throw new SyncError('offline', 'offline', '')
  })
  if (!res.ok) throw await problem(res)
  return (await res.json()) as T
}

/** Sends the browser to a provider. */
export async function goTo(way: string): Promise<void> {
  const { redirect } = await post<{ redirect: string }>('/sso/api/in/begin', { client: way })
  goAway(redirect)
}

/** Leaves for a page elsewhere, and notes which of our own pages one comes from. */
export function goAway(to: string): void {
  sessionStorage.setItem(BACK, location.pathname + location.search + location.hash)
  location.assign(to)
}

/** The page of ours that the sign-in began on; never an address of another site. */
export function cameFrom(): string {
  const path = sessionStorage.getItem(BACK) ?? '/'
  sessionStorage.removeItem(BACK)
  return /^\/(?![/\\])/.test(path) && !path.startsWith('/sso/in') && !path.startsWith('/sso/cert') && !path.startsWith('/sso/card') ? path : '/'
}
