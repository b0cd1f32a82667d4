import { Suspense, lazy, useSyncExternalStore } from 'react'
import { withTexts } from '~/kit/i18n'
import type { Job } from './run'

const Card = lazy(() => withTexts('bulk', () => import('./BulkCard')))

let jobs: readonly Job[] = []
const listeners = new Set<() => void>()

/** Shows a piece of long work, or what has become of it. */
export function showJob(job: Job): void {
  jobs = [...jobs.filter((j) => j.id !== job.id), job]
  listeners.forEach((fn) => fn())
}

export function dropJob(id: number): void {
  jobs = jobs.filter((j) => j.id !== id)
  listeners.forEach((fn) => fn())
}

/** Long work and its progress; it goes on whatever is on the screen. */
export function BulkJobs() {
  const now = useSyncExternalStore(
    (fn) => {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
    () => jobs,
  )
  return (
    now.length > 0 && (
      <Suspense>
        <Card jobs={now} />
      </Suspense>
    )
  )
}
