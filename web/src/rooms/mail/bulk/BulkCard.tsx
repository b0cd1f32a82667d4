import { useEffect } from 'react'
import { useT } from '~/kit/i18n'
import { number } from '~/kit/i18n/dates'
import { Button, IconButton } from '~/kit/ui/Button'
import { X } from '~/kit/ui/icons'
import { errorText } from '~/kit/ui/states'
import css from './BulkCard.module.css'
import { dropJob } from './jobs'
import type { Job } from './run'

/** How long a finished piece of work stays, so that it can be taken back. */
const STAYS_MS = 20_000

export default function BulkCard({ jobs }: { jobs: readonly Job[] }) {
  const t = useT()
  return (
    <section className={css.stack} aria-label={t('bulk.title')}>
      {jobs.map((j) => (
        <One key={j.id} job={j} />
      ))}
    </section>
  )
}

/** What is done, what is left, and a way to stop. */
function One({ job }: { job: Job }) {
  const t = useT()
  const { id, state, total = 0, done } = job
  useEffect(() => {
    if (state !== 'done') return
    const timer = setTimeout(() => dropJob(id), STAYS_MS)
    return () => clearTimeout(timer)
  }, [state, id])
  const busy = state === 'counting' || state === 'running'
  const figures = { count: total, done: number(done), left: number(total - done), all: number(total) }
  const text =
    state === 'counting' ? t('bulk.counting')
    : state === 'running' ? t('bulk.running', figures)
    : state === 'stopped' ? t('bulk.stopped', figures)
    : state === 'failed' ? `${t('bulk.stopped', figures)} ${job.error ? errorText(t, job.error) : ''}`
    : t('bulk.done', figures)
  return (
    <div className={css.card} data-state={state}>
      <p className={css.title}>{job.title}</p>
      <progress className={css.bar} max={Math.max(total, 1)} value={state === 'counting' ? undefined : state === 'done' ? Math.max(total, 1) : done} aria-label={job.title} />
      <p className={css.text} role={busy ? undefined : 'status'}>
        {text}
        {job.refused > 0 && ` ${t('bulk.refused', { count: job.refused })}`}
      </p>
      <p className={css.acts}>
        {busy && <Button onClick={job.stop}>{t('bulk.stop')}</Button>}
        {!busy && job.undo && <Button onClick={job.undo}>{t('act.undo')}</Button>}
        {(state === 'stopped' || state === 'failed') && job.resume && <Button onClick={job.resume}>{t('bulk.resume')}</Button>}
        {!busy && <IconButton icon={X} size={16} label={t('act.dismiss')} onClick={() => dropJob(id)} />}
      </p>
    </div>
  )
}
