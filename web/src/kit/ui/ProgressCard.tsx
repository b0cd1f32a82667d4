import { useId } from 'react'
import { useT } from '~/kit/i18n'
import { number } from '~/kit/i18n/dates'
import { Button } from './Button'
import css from './ProgressCard.module.css'

export interface Progress {
  title: string
  done: number
  /** Undefined while nobody knows how much there is. */
  total: number | undefined
  state: 'running' | 'done' | 'failed' | 'stopped'
}

/** Long work: what is done, what is left, and a way to stop. It is read out at its end, not at every step. */
export function ProgressCard({ progress: p, onStop, onDismiss }: { progress: Progress; onStop?: () => void; onDismiss?: () => void }) {
  const t = useT()
  const id = useId()
  const words =
    p.state === 'done' ? t('progress.done', { count: p.done })
    : p.state === 'failed' ? t('progress.failed', { done: number(p.done) })
    : p.state === 'stopped' ? t('progress.stopped', { done: number(p.done) })
    : p.total === undefined ? t('progress.counting', { done: number(p.done) })
    : t('progress.left', { done: number(p.done), total: number(p.total) })
  return (
    <div role="group" className={css.card} data-state={p.state} aria-labelledby={id}>
      <h3 id={id}>{p.title}</h3>
      {p.state === 'running' && <progress aria-labelledby={id} {...(p.total === undefined ? {} : { value: p.done, max: Math.max(1, p.total) })} />}
      <p className={css.words}>{words}</p>
      <p className="sr" role="status">
        {p.state === 'running' ? '' : words}
      </p>
      {p.state === 'running' ? onStop && <Button onClick={onStop}>{t('progress.stop')}</Button> : onDismiss && <Button look="quiet" onClick={onDismiss}>{t('act.dismiss')}</Button>}
    </div>
  )
}
