import type { Session, SetResponse } from '~/api/jmap'
import type { Transport } from '~/kit/sync/transport'
import { tellWorker } from './worker'

const VAPID = 'urn:ietf:params:jmap:webpush-vapid'

/** What a notification says: that there is mail, or from whom and about what. */
export type Show = 'plain' | 'full'

/** The server's public key (RFC 9749); absent where it cannot push to browsers. */
export function serverKey(session: Session): string | undefined {
  const key = session.capabilities[VAPID]?.['applicationServerKey']
  return typeof key === 'string' ? key : undefined
}

export function canNotify(session: Session): boolean {
  return serverKey(session) !== undefined && 'PushManager' in globalThis && 'Notification' in globalThis && 'serviceWorker' in navigator
}

/** Whether this browser is subscribed. */
export async function subscribed(): Promise<boolean> {
  const reg = await navigator.serviceWorker?.getRegistration()
  return (await reg?.pushManager?.getSubscription()) != null
}

/** Tells the worker the words and how much they may say. */
export const showAs = (show: Show, text: string, language: string): Promise<void> => tellWorker({ kind: 'settings', settings: { show, text, language } })

/**
 * Asks the person, subscribes this browser, and tells the server where to
 * push. The server sends a code first, which the worker gives back.
 */
export async function subscribe(session: Session, transport: Transport): Promise<'on' | 'denied'> {
  if ((await Notification.requestPermission()) !== 'granted') return 'denied'
  const reg = await navigator.serviceWorker.ready
  const sub = (await reg.pushManager.getSubscription()) ?? (await reg.pushManager.subscribe({ userVisibleOnly: true, applicationServerKey: serverKey(session) ?? null }))
  await announce(transport, sub)
  return 'on'
}

/**
 * The server forgets a subscription after a week; each start of the client puts
 * that off. One that the server does not know any more, or whose address the
 * browser has changed, is announced anew.
 */
export async function renew(transport: Transport): Promise<void> {
  const reg = await navigator.serviceWorker?.getRegistration()
  const sub = await reg?.pushManager?.getSubscription()
  if (!sub) return
  const id = localStorage.getItem(ID)
  if (id && localStorage.getItem(ADDRESS) === sub.endpoint) {
    const r = await transport.call<SetResponse<{ id: string }>>('PushSubscription/set', { update: { [id]: { expires: null } } })
    if (!r.notUpdated?.[id]) return
  }
  await announce(transport, sub)
}

async function announce(transport: Transport, sub: PushSubscription): Promise<void> {
  const { endpoint, keys } = sub.toJSON()
  const old = localStorage.getItem(ID)
  const r = await transport.call<SetResponse<{ id: string }>>('PushSubscription/set', {
    ...(old ? { destroy: [old] } : {}),
    create: { s: { deviceClientId: device(), url: endpoint, keys: keys ? { p256dh: keys['p256dh'], auth: keys['auth'] } : null, types: ['Email'] } },
  })
  const made = r.created?.['s']?.id
  if (made) {
    localStorage.setItem(ID, made)
    localStorage.setItem(ADDRESS, sub.endpoint)
  } else throw new Error(r.notCreated?.['s']?.description ?? 'not subscribed')
}

export async function unsubscribe(transport?: Transport): Promise<void> {
  const reg = await navigator.serviceWorker?.getRegistration()
  await (await reg?.pushManager?.getSubscription())?.unsubscribe()
  const id = localStorage.getItem(ID)
  localStorage.removeItem(ID)
  localStorage.removeItem(ADDRESS)
  if (id && transport) await transport.call('PushSubscription/set', { destroy: [id] }).catch(() => {})
  await tellWorker({ kind: 'forget' })
}

const ID = 'chancery.push'
const ADDRESS = 'chancery.push.address'
const DEVICE = 'chancery.device'

/** A name for this browser that tells nothing else (RFC 8620 section 7.2). */
function device(): string {
  const have = localStorage.getItem(DEVICE)
  if (have) return have
  const made = crypto.randomUUID()
  localStorage.setItem(DEVICE, made)
  return made
}
