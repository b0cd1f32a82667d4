import { useSyncExternalStore } from 'react'

interface InstallEvent extends Event {
  prompt: () => Promise<void>
}

let offered: InstallEvent | null = null
const listeners = new Set<() => void>()
const tell = (): void => listeners.forEach((fn) => fn())

/** Keeps the browser's offer to install, so that it is made where the person looks for it. */
export function watchInstall(): void {
  addEventListener('beforeinstallprompt', (e) => {
    e.preventDefault()
    offered = e as InstallEvent
    tell()
  })
  addEventListener('appinstalled', () => {
    offered = null
    tell()
  })
}

export function useInstallable(): boolean {
  return useSyncExternalStore(
    (fn) => {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
    () => offered !== null,
  )
}

export async function install(): Promise<void> {
  await offered?.prompt()
  offered = null
  tell()
}
