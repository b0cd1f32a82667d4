/** Brings in the service worker, once the page is at rest: it makes the client open without a line. */
export async function startWorker(): Promise<ServiceWorkerRegistration | null> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return null
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
