import { useCallback, useState } from 'react'
import { useT } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { dateLocale, fullDate } from '~/kit/i18n/dates'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Failure, Skeleton } from '~/kit/ui/states'
import css from './Console.module.css'
import type { PartProps } from './ConsoleRoom'
import { PAGE, actName, resultName, useLoad } from './data'

/** What happened, the newest first, as the record keeps it. */
export function RecordSection({ api }: PartProps) {
  const t = useT()
  const [page, setPage] = useState(0)
  const { data, error, reload } = useLoad(useCallback(() => api.record(page * PAGE), [api, page]))
  return (
    <>
      <header className={css.head}>
        <h1>{t('console.record')}</h1>
        <span className={css.count} role="status">{data && t('console.entries', { count: data.total })}</span>
      </header>
      {error ? (
        <Failure error={asSyncError(error)} retry={reload} />
      ) : !data ? (
        <Skeleton lines={8} />
      ) : (
        <div className={css.scroll} tabIndex={0} role="region" aria-label={t('console.record')}>
          <table className={css.table}>
            <thead>
              <tr>
                <th scope="col">{t('console.when')}</th>
                <th scope="col">{t('console.who')}</th>
                <th scope="col">{t('console.what')}</th>
                <th scope="col">{t('console.change')}</th>
                <th scope="col">{t('console.where')}</th>
              </tr>
            </thead>
            <tbody>
              {data.entries.map((e) => (
                <tr key={e.id}>
                  <td title={fullDate(e.at)}>{moment(e.at)}</td>
                  <td>{e.email || '—'}</td>
                  <td>
                    {actName(e.verb)}
                    {e.name && <small lang={guessLanguage(e.name)}>{e.name}</small>}
                    {e.result !== 'ok' && <em className={css.mark}>{resultName(e.result)}</em>}
                  </td>
                  <td>
                    <Change before={e.before} after={e.after} />
                  </td>
                  <td>
                    {e.peer} {e.door}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {data && data.total > PAGE && (
        <footer className={css.pages}>
          <Button disabled={page === 0} onClick={() => setPage(page - 1)}>{t('console.earlier')}</Button>
          <Button disabled={(page + 1) * PAGE >= data.total} onClick={() => setPage(page + 1)}>{t('console.further')}</Button>
        </footer>
      )}
    </>
  )
}

const moment = (iso: string): string => new Intl.DateTimeFormat(dateLocale(), { year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).format(new Date(iso))

/** The members that an act changed, one a line, as they were and as they are; empty ones of what is new or gone are left out. */
function Change({ before, after }: { before: string; after: string }) {
  const [old, now] = [members(before), members(after)]
  return [...new Set([...Object.keys(old), ...Object.keys(now)])].map((key) => {
    const [a, b] = [said(old[key]), said(now[key])]
    if (!a && !b) return null
    return (
      <div key={key}>
        <code>{key}</code> {a && <del>{a}</del>} {a && b && '→'} {b && <ins>{b}</ins>}
      </div>
    )
  })
}

function members(text: string): Record<string, unknown> {
  try {
    const v: unknown = JSON.parse(text || '{}')
    return typeof v === 'object' && v !== null ? (v as Record<string, unknown>) : {}
  } catch {
    return { text }
  }
}

function said(v: unknown): string {
  if (v === undefined || v === null || v === '' || v === 0 || (Array.isArray(v) && v.length === 0)) return ''
  if (Array.isArray(v)) return v.map(said).join('; ')
  if (typeof v === 'object') return Object.values(v).map(said).filter(Boolean).join(', ')
  return String(v)
}
