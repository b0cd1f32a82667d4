import type { FeedRun } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { dateLocale } from '~/kit/i18n/dates'
import css from '../Console.module.css'
import { stateWords, word } from './words'

export const moment = (iso: string): string => new Intl.DateTimeFormat(dateLocale(), { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(iso))

/** How far a run is, and what stands in its way. */
export function RunMarks({ run }: { run: FeedRun }) {
  const t = useT()
  return (
    <>
      <span className={css.since}>{t('sync.counts', { done: run.done, steps: run.steps })}</span>
      {run.refused > 0 && <em className={css.mark}>{t('sync.refused', { count: run.refused })}</em>}
      {run.skipped > 0 && <span className={css.since}>{t('sync.skipped', { count: run.skipped })}</span>}
      {run.guarded && run.state !== 'done' && <em className={css.mark}>{t('sync.leaving', { count: run.leaving })}</em>}
      <span className={css.since}>{word(t, stateWords, run.state)}</span>
    </>
  )
}
