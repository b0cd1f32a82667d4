import { useCallback, useState } from 'react'
import type { FeedLook, FeedRefusal, FeedRun, FeedStep } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { asSyncError } from '~/kit/sync/errors'
import { say, sayError } from '~/kit/undo'
import { Button, IconButton } from '~/kit/ui/Button'
import { confirm } from '~/kit/ui/Dialog'
import { ArrowLeft } from '~/kit/ui/icons'
import { Failure, Skeleton } from '~/kit/ui/states'
import css from '../Console.module.css'
import type { AdminApi } from '../data'
import { useLoad } from '../data'
import { RunMarks, moment } from './RunMarks'
import { memberWords, runWords, stepWords, word } from './words'

const PAGE = 500

/** One run: what is refused, then each step as a sentence with what changes; apply it, or plan the way back. */
export function RunView({ api, id, onClose, onOpen, onApplied }: { api: AdminApi; id: string; onClose: () => void; onOpen: (id: string) => void; onApplied: () => void }) {
  const t = useT()
  const [page, setPage] = useState(0)
  const [busy, setBusy] = useState(false)
  const { data, error, reload } = useLoad(useCallback(() => api.call<FeedLook>('FeedRun/look', { runId: id, position: page * PAGE }), [api, id, page]))
  const run = data?.run
  const act = async (what: () => Promise<void>): Promise<void> => {
    setBusy(true)
    try {
      await what()
    } catch (e) {
      sayError(asSyncError(e).type === 'forbidden' ? t('console.error.forbidden') : t('sync.failed'))
      reload()
    }
    setBusy(false)
  }
  const apply = async (r: FeedRun): Promise<void> => {
    if (r.guarded && !(await confirm({ title: t('sync.confirmTitle'), text: t('sync.confirmText', { count: r.leaving }), confirm: t('sync.confirm') }))) return
    await act(async () => {
      await api.call('FeedRun/apply', { runId: r.id, confirm: r.guarded })
      say(t('sync.applied'))
      onApplied()
      reload()
    })
  }
  const rollback = (r: FeedRun): Promise<void> =>
    act(async () => {
      const back = await api.call<{ run: FeedRun }>('FeedRun/rollback', { runId: r.id })
      say(t('sync.planned'))
      onOpen(back.run.id)
    })
  if (error) return <Failure error={asSyncError(error)} retry={reload} />
  if (!data || !run) return <Skeleton lines={8} />
  return (
    <>
      <header className={css.head}>
        <IconButton icon={ArrowLeft} label={t('sync.back')} onClick={onClose} />
        <h1>{word(t, runWords, run.kind)}</h1>
        <span className={css.spring} />
        {run.state !== 'done' && run.refused === 0 && <Button look="primary" busy={busy} onClick={() => void apply(run)}>{t(run.done > 0 ? 'sync.goOn' : 'sync.apply')}</Button>}
        {run.done > 0 && <Button busy={busy} onClick={() => void rollback(run)}>{t('sync.rollback')}</Button>}
      </header>
      <p className={css.filters} role="status"><span>{moment(run.made)}</span><RunMarks run={run} /></p>
      {run.refused > 0 && <p className={css.filters}>{t('sync.blocked')}</p>}
      {run.problem && <p className={css.filters} lang="en">{run.problem}</p>}
      <div className={css.scroll} tabIndex={0} role="region" aria-label={word(t, runWords, run.kind)}>
        <ul className={css.rows}>
          {data.refusals.map((r, i) => <Refused key={i} refusal={r} />)}
          {run.steps === 0 && data.refusals.length === 0 && <li className={css.line}>{t('sync.same')}</li>}
          {data.steps.map((s) => <Sentence key={s.num} step={s} />)}
        </ul>
      </div>
      {(page > 0 || data.steps.length === PAGE) && (
        <footer className={css.pages}>
          <Button disabled={page === 0} onClick={() => setPage(page - 1)}>{t('console.earlier')}</Button>
          <Button disabled={data.steps.length < PAGE} onClick={() => setPage(page + 1)}>{t('sync.more')}</Button>
        </footer>
      )}
    </>
  )
}

function Refused({ refusal: r }: { refusal: FeedRefusal }) {
  const t = useT()
  const where = [r.place, r.key, r.name].filter(Boolean).join(' · ')
  return (
    <li className={css.line}>
      <em className={css.mark}>{t(r.skipped ? 'sync.skipped' : 'sync.refused', { count: 1 })}</em>
      <span className={css.sentence}>
        <span lang={guessLanguage(where)}>{where}</span> <small lang="en">{r.reason}</small>
      </span>
    </li>
  )
}

function Sentence({ step }: { step: FeedStep }) {
  const t = useT()
  const [old, now] = [members(step.before), members(step.after)]
  return (
    <li className={css.line}>
      <span className={css.sentence}>
        <span>{word(t, stepWords, step.kind, { name: step.name })}</span>
        {[...new Set([...Object.keys(old), ...Object.keys(now)])].map((m) => (
          <small key={m} style={{ display: 'block' }}>
            {word(t, memberWords, m)}: {old[m] !== undefined && <del>{said(old[m])}</del>} {old[m] !== undefined && now[m] !== undefined && '→'} {now[m] !== undefined && <ins style={{ textDecoration: 'none' }}>{said(now[m])}</ins>}
          </small>
        ))}
      </span>
    </li>
  )
}

function members(text: string): Record<string, unknown> {
  const v: unknown = JSON.parse(text || '{}')
  return typeof v === 'object' && v !== null ? (v as Record<string, unknown>) : {}
}

/** A value for people: lists and objects by their parts. */
function said(v: unknown): string {
  if (v === null || v === undefined || v === '') return ''
  if (Array.isArray(v)) return v.map(said).join('; ')
  if (v === true) return '✓'
  // A main post goes without saying so.
  if (typeof v === 'object') return Object.entries(v).filter(([key, x]) => key !== 'kind' || x !== 'main').sort(([a], [b]) => b.localeCompare(a)).map(([, x]) => said(x)).filter(Boolean).join(', ')
  return String(v)
}
