import { useCallback, useState } from 'react'
import { useT } from '~/kit/i18n'
import { fullDate } from '~/kit/i18n/dates'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Failure, Skeleton } from '~/kit/ui/states'
import css from './Console.module.css'
import type { PartProps } from './ConsoleRoom'
import { PAGE, useLoad } from './data'

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
                  <td>{fullDate(e.at)}</td>
                  <td>{e.email || '—'}</td>
                  <td>
                    <code>{e.verb}</code> {e.object}
                    {e.result !== 'ok' && <em className={css.mark}>{e.result}</em>}
                  </td>
                  <td lang="en">
                    {e.before && <del>{e.before}</del>} {e.after && <ins>{e.after}</ins>}
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
