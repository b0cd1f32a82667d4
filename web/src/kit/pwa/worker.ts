import { navigate } from 'wouter/use-browser-location'

/** Brings in the service worker, once the page is at rest: it makes the client open without a line. */
export async function startWorker(): Promise<ServiceWorkerRegistration | null> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return null
  navigator.serviceWorker.addEventListener('message', (e: MessageEvent<{ kind?: string; url?: string }>) => {
    // A notification was clicked: shown in this window, which may hold a letter half written.
    if (e.data.kind === 'open' && e.data.url?.startsWith('/') && !e.data.url.startsWith('//')) navigate(e.data.url)
  })
  try {
    return await navigator.serviceWorker.register('/sw.js', { updateViaCache: 'none' })
  } catch {
    return null // Private windows and plain HTTP have none.
  }
}

/** Tells the worker something; nothing happens where there is none. */
export async function tellWorker(message: unknown): Promise<void> {
  const reg = await navigator.serviceWorker?.getRegistration()
  reg?.active?.postMessage(message)
}

/** The files another program shared, which the worker holds until they are asked for, once. */
export async function takeParcel(id: string): Promise<File[]> {
  const worker = (await navigator.serviceWorker?.getRegistration())?.active
  if (!worker) return []
  return new Promise((resolve) => {
    const line = new MessageChannel()
    line.port1.onmessage = (e: MessageEvent<File[]>) => resolve(e.data)
    setTimeout(() => resolve([]), 5000)
    worker.postMessage({ kind: 'parcel', id }, [line.port2])
  })
}
