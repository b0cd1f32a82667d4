import type { KeptFiles } from './files'

const DOWNLOAD = /^\/jmap\/download\/[^/]+\/([^/]+)\//

/** The blob that an address of ours leads to. */
export function blobOf(url: string): string | undefined {
  const id = DOWNLOAD.exec(new URL(url, location.origin).pathname)?.[1]
  return id && decodeURIComponent(id)
}

/**
 * Without a line, what is saved from a link comes from the copy: browsers do
 * not ask the service worker for links that bear `download`.
 */
export function serveDownloads(files: KeptFiles, away: () => boolean, absent: () => void): () => void {
  const click = (e: MouseEvent): void => {
    const a = (e.target as Element | null)?.closest?.<HTMLAnchorElement>('a[download]')
    const blob = a && a.origin === location.origin ? blobOf(a.href) : undefined
    if (!a || !blob || !away()) return
    e.preventDefault()
    e.stopPropagation()
    void give(files, blob, a.download || decodeURIComponent(a.pathname.split('/').at(-1) ?? '')).then((ok) => ok || absent())
  }
  document.addEventListener('click', click, true)
  return () => document.removeEventListener('click', click, true)
}

async function give(files: KeptFiles, blob: string, name: string): Promise<boolean> {
  const bytes = await files.get(blob).catch(() => undefined)
  if (!bytes) return false
  // Of no type: it is saved, never shown in a window of ours.
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }))
  const a = document.createElement('a')
  a.href = url
  a.download = name
  a.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
  return true
}
