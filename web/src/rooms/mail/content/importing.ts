import { useSyncExternalStore } from 'react'
import type { ImportAnswer } from '~/api/types.gen'
import { SyncError, type SyncError as Fault } from '~/kit/sync/errors'
import type { MailAccount } from '../account'
import type { MailEngine } from '../engine'

/** One file of letters on its way into a folder. */
export interface Import {
  id: string
  name: string
  size: number
  folder: string
  /** Bytes that the server has read. */
  sent: number
  state: 'waiting' | 'running' | 'done' | 'stopped' | 'failed'
  answer?: ImportAnswer
  error?: Fault
}

interface Job {
  file: File
  url: string
  done: () => void
}

// Kept outside of any screen: an import goes on while one works elsewhere.
let list: readonly Import[] = []
const jobs = new Map<string, Job>()
let running: XMLHttpRequest | null = null
const listeners = new Set<() => void>()

function put(id: string, part: Partial<Import>): void {
  list = list.map((i) => (i.id === id ? { ...i, ...part } : i))
  listeners.forEach((fn) => fn())
}

/** Whether a file can be one of letters; the server looks inside. */
export function isLetters(file: File): boolean {
  return /\.(eml|mbox|mbx)$/i.test(file.name) || file.type === 'message/rfc822' || file.type === 'application/mbox'
}

/** Takes files into a folder, one after the other. */
export function importFiles(engine: MailEngine, account: MailAccount, folder: { id: string; name: string }, files: readonly File[]): void {
  for (const file of files) {
    const id = crypto.randomUUID()
    list = [...list.filter((i) => i.state === 'running' || i.state === 'waiting' || list.length < 8), { id, name: file.name, size: file.size, folder: folder.name, sent: 0, state: 'waiting' }]
    jobs.set(id, { file, url: `/import/mail/${encodeURIComponent(account.id)}?mailbox=${encodeURIComponent(folder.id)}`, done: () => engine.syncSoon(account.id) })
  }
  listeners.forEach((fn) => fn())
  next()
}

function next(): void {
  const wait = list.find((i) => i.state === 'waiting')
  if (running || !wait) return
  const job = jobs.get(wait.id) as Job
  const xhr = new XMLHttpRequest()
  running = xhr
  put(wait.id, { state: 'running' })
  const end = (part: Partial<Import>): void => {
    running = null
    jobs.delete(wait.id)
    put(wait.id, part)
    job.done()
    next()
  }
  xhr.open('POST', job.url)
  xhr.setRequestHeader('Content-Type', 'application/mbox')
  xhr.responseType = 'json'
  xhr.upload.onprogress = (e) => put(wait.id, { sent: e.loaded })
  xhr.onload = () => {
    if (xhr.status === 200) end({ state: 'done', sent: wait.size, answer: xhr.response as ImportAnswer })
    else end({ state: 'failed', error: new SyncError(xhr.status === 401 ? 'signedOut' : xhr.status === 403 ? 'refused' : xhr.status === 413 ? 'tooLarge' : xhr.status === 404 ? 'gone' : 'server', `http${xhr.status}`) })
  }
  xhr.onerror = () => end({ state: 'failed', error: new SyncError('offline', 'network') })
  xhr.onabort = () => end({ state: 'stopped' })
  xhr.send(job.file)
}

/** Stops an import; what was filed stays. */
export function stopImport(id: string): void {
  const it = list.find((i) => i.id === id)
  if (it?.state === 'running') running?.abort()
  else if (it?.state === 'waiting') put(id, { state: 'stopped' })
}

/** Forgets what is done. */
export function forgetImports(): void {
  list = list.filter((i) => i.state === 'running' || i.state === 'waiting')
  listeners.forEach((fn) => fn())
}

export function useImports(): readonly Import[] {
  return useSyncExternalStore(
    (fn) => {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
    () => list,
  )
}
