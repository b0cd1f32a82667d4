import { useCallback, useState } from 'react'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { RefreshCw } from '~/kit/ui/icons'
import { Empty, Failure, Skeleton } from '~/kit/ui/states'
import type { Feed, FeedRun } from '~/api/jmap'
import css from '../Console.module.css'
import type { PartProps } from '../ConsoleRoom'
import { useLoad } from '../data'
import { FeedLine } from './FeedLine'
import { RunMarks, moment } from './RunMarks'
import { RunView } from './RunView'
import { runWords, word } from './words'

/** What other systems did to units and people, or would do: the runs, the newest first, and one of them. */
export default function SyncSection({ api, reload: reloadOffice }: PartProps) {
  const t = useT()
  const [open, setOpen] = useState<string | null>(null)
  const read = useCallback(async () => {
    const [feeds, runs] = await Promise.all([api.call<{ list: Feed[] }>('Feed/get', { ids: null }), api.call<{ list: FeedRun[] }>('FeedRun/get', { ids: null })])
    return { feeds: feeds.list, runs: [...runs.list].sort((a, b) => b.made.localeCompare(a.made)) }
  }, [api])
  const { data, error, reload } = useLoad(read)
  if (open) {
    const close = (): void => { setOpen(null); reload() }
    return <RunView key={open} api={api} id={open} onClose={close} onOpen={setOpen} onApplied={reloadOffice} />
  }
  return (
    <>
      <header className={css.head}>
        <h1>{t('sync.title')}</h1>
        <span className={css.count} role="status">{data && t('sync.runs', { count: data.runs.length })}</span>
      </header>
      {error ? (
        <Failure error={asSyncError(error)} retry={reload} />
      ) : !data ? (
        <Skeleton lines={8} />
      ) : (
        <>
          {data.feeds.some((f) => f.kind === 'ldap') && <ul className={css.rows} aria-label={t('sync.directories')}>{data.feeds.filter((f) => f.kind === 'ldap').map((f) => <FeedLine key={f.id} api={api} feed={f} reload={reload} />)}</ul>}
          {data.feeds.some((f) => f.kind !== 'ldap') && <p className={css.filters}>{data.feeds.filter((f) => f.kind !== 'ldap').map((f) => <span key={f.id}>{t('sync.feed', { name: f.name, kept: f.kept })}</span>)}</p>}
          {data.runs.length === 0 && <Empty icon={RefreshCw} title={t('sync.none')}>{t('sync.noneHint')}</Empty>}
          <ul className={css.rows}>
            {data.runs.map((r) => (
              <li key={r.id}>
                <button type="button" className={css.row} onClick={() => setOpen(r.id)}>
                  <span className={`${css.who} ${css.alone}`}>
                    <span>{data.feeds.find((f) => f.id === r.feedId)?.name} · {word(t, runWords, r.kind)}</span>
                    <small>{moment(r.made)}</small>
                  </span>
                  <RunMarks run={r} />
                </button>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}
