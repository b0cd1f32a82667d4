import { Suspense, lazy, useCallback, useEffect, useState } from 'react'
import { FLOW, type FlowCapability, type Removal } from '~/api/jmap'
import { useT, type Key } from '~/kit/i18n'
import { fullDate, readingDate } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import { asSyncError } from '~/kit/sync/errors'
import { Banner } from '~/kit/ui/Banner'
import { Button } from '~/kit/ui/Button'
import { Trash2 } from '~/kit/ui/icons'
import { Empty, Failure, Skeleton } from '~/kit/ui/states'
import { useApprovals } from '~/rooms/approvals/store'
import { levelName, rank, secrecyOf } from '~/rooms/mail/secrecy/levels'
import marks from '~/rooms/mail/secrecy/Secrecy.module.css'
import css from '../Console.module.css'
import type { PartProps } from '../ConsoleRoom'
import { useLoad } from '../data'

const AskRemoval = lazy(() => import('./AskRemoval'))
const RestoreForm = lazy(() => import('./RestoreForm'))

const states: Record<string, Key> = {
  asked: 'removals.state.asked', removing: 'removals.state.removing', removed: 'removals.state.removed',
  restoring: 'removals.state.restoring', restored: 'removals.state.restored', final: 'removals.state.final',
}
/** How often one looks how far it is, in milliseconds. */
const LOOK = 2000

/** Letters that are taken out of all mailboxes, and put back (N70). */
export default function RemovalsSection({ api }: PartProps) {
  const t = useT()
  const may = api.offer(FLOW) as unknown as FlowCapability | undefined
  const cap = secrecyOf(api.engine.session)
  const { data, error, reload } = useLoad(useCallback(async () => (await api.call<{ list: Removal[] }>('Removal/get', { ids: null })).list, [api]))
  // What was asked for is decided elsewhere; what runs goes on by itself.
  const decided = useApprovals(api.engine).list.filter((a) => a.kind === 'mail.removal' && a.state === 'waiting').length
  useEffect(() => reload(), [decided, reload])
  const runs = data?.some((r) => r.state === 'removing' || r.state === 'restoring') === true
  useEffect(() => {
    if (!runs) return
    const clock = setInterval(reload, LOOK)
    return () => clearInterval(clock)
  }, [runs, reload])
  // A letter that one came from is filled in.
  const [named] = useState(() => new URLSearchParams(location.search))
  const [asking, setAsking] = useState(named.has('message'))
  const [restoring, setRestoring] = useState<Removal | null>(null)
  if (!may?.maySeeRules) return <Empty icon={Trash2} title={t('console.noRole')} />
  return (
    <div className={css.scroll}>
      <header className={css.head}>
        <h1>{t('console.removals')}</h1>
        <i className={css.spring} />
        {may.mayRule && <Button look="primary" onClick={() => setAsking(true)}>{t('removals.ask')}</Button>}
      </header>
      <Banner>{t(may.secondLook ? 'removals.intro.second' : 'removals.intro')}</Banner>
      {error ? (
        <Failure error={asSyncError(error)} retry={reload} />
      ) : !data ? (
        <Skeleton lines={4} />
      ) : data.length === 0 ? (
        <Empty icon={Trash2} title={t('removals.empty')} />
      ) : (
        <ul className={css.rows} aria-label={t('console.removals')}>
          {data.map((r) => (
            <li key={r.id} className={css.line}>
              <span className={css.who}>
                <span lang={guessLanguage(r.subject)}>
                  {r.level && <span className={marks.mark} data-rank={rank(cap, r.level)}>{levelName(cap, r.level)}</span>} {r.subject || t('message.noSubject')}
                </span>
                <small>{t('removals.from', { address: r.from })}</small>
                <small lang={guessLanguage(r.reason)}>{r.reason}</small>
              </span>
              <span className={css.post}>
                <span role="status">{t(states[r.state] ?? 'removals.state.asked', { out: r.out, found: r.found })}</span>
                <small>
                  <time dateTime={r.at} title={fullDate(r.at)}>{readingDate(r.at)}</time>
                  {r.until && <> · {t('removals.until', { day: readingDate(r.until) })}</>}
                </small>
              </span>
              <span className={css.acts}>
                {may.mayRule && r.until && (r.state === 'removed' || r.state === 'removing') && (
                  <Button look="quiet" aria-label={t('removals.restoreNamed', { name: r.subject })} onClick={() => setRestoring(r)}>{t('removals.restore')}</Button>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
      <Suspense>
        {asking && <AskRemoval api={api} message={named.get('message') ?? ''} from={named.get('from') ?? ''} second={may.secondLook} onAsked={reload} onClose={() => setAsking(false)} />}
        {restoring && <RestoreForm api={api} removal={restoring} onDone={reload} onClose={() => setRestoring(null)} />}
      </Suspense>
    </div>
  )
}
