import type { Page } from 'playwright-core'
import { until } from './api'

/** What lies in the browser, as somebody sees it who copies the database. */
export function stored(page: Page): Promise<string> {
  return page.evaluate(
    () =>
      new Promise<string>((resolve) => {
        const open = indexedDB.open('chancery-mirror')
        open.onsuccess = () => {
          const db = open.result
          if (!db.objectStoreNames.contains('records')) {
            db.close()
            return resolve('')
          }
          const all = db.transaction('records').objectStore('records').getAll()
          all.onsuccess = () => {
            const text = (all.result as { data: ArrayBuffer }[]).map((r) => new TextDecoder('latin1').decode(r.data)).join('')
            db.close()
            resolve(text)
          }
        }
      }),
  )
}

/** The names of the records, which say what is kept but nothing of it. */
export function names(page: Page): Promise<string[]> {
  return page.evaluate(
    () =>
      new Promise<string[]>((resolve) => {
        const open = indexedDB.open('chancery-mirror')
        open.onsuccess = () => {
          const db = open.result
          if (!db.objectStoreNames.contains('records')) {
            db.close()
            return resolve([])
          }
          const all = db.transaction('records').objectStore('records').getAllKeys()
          all.onsuccess = () => {
            db.close()
            resolve(all.result.map(String))
          }
        }
      }),
  )
}

/** Waits until the worker has the whole shell, so that the client opens without a line. */
export async function shellKept(page: Page): Promise<void> {
  await page.evaluate(() => navigator.serviceWorker.ready)
  const whole = (): Promise<boolean> =>
    page.evaluate(async () => {
      for (const n of await caches.keys()) if (await (await caches.open(n)).match('/')) return (await navigator.serviceWorker.getRegistration())?.active?.state === 'activated'
      return false
    })
  await until(whole, 'the shell is kept', 60_000)
}

/** Waits until records of these kinds are kept. */
export async function kept(page: Page, ...kinds: string[]): Promise<void> {
  await until(async () => {
    const all = await names(page)
    return kinds.every((k) => all.some((n) => n.startsWith(k)))
  }, `${kinds.join(', ')} are kept`, 60_000)
}
