import { Suspense, lazy, useCallback, useEffect, useState } from 'react'
import { FLOW, type FlowCapability, type Look } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { fullDate, readingDate } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import { asSyncError } from '~/kit/sync/errors'
import { Banner } from '~/kit/ui/Banner'
import { Button } from '~/kit/ui/Button'
import { confirm } from '~/kit/ui/Dialog'
import { Eye } from '~/kit/ui/icons'
import { Empty, Failure, Skeleton } from '~/kit/ui/states'
import { say, sayError } from '~/kit/undo'
import { useApprovals } from '~/rooms/approvals/store'
import { caseOf } from '~/rooms/approvals/words'
import css from '../Console.module.css'
import type { PartProps } from '../ConsoleRoom'
import { refusal, useLoad } from '../data'
import { Journal } from './Journal'

const AskLook = lazy(() => import('./AskLook'))

/** Leave to read another's mail: asked for with a purpose, for some hours; and the journal (C12). */
export default function LooksSection({ api }: PartProps) {
  const t = useT()
  const engine = api.engine
  const may = api.offer(FLOW) as unknown as FlowCapability | undefined
  const { data, error, reload } = useLoad(useCallback(async () => (await api.call<{ list: Look[] }>('Look/get', { ids: null })).list, [api]))
  const approvals = useApprovals(engine)
  const waiting = approvals.list.flatMap((a) => {
    const c = caseOf(a)
    return a.isMine && a.state === 'waiting' && c.kind === 'mail.look' ? [c.about] : []
  })
  // What no longer waits may be granted now.
  const waits = waiting.length
  useEffect(() => reload(), [waits, reload])
  const [asking, setAsking] = useState(false)
  const named = (l: Look): string => (l.lookInto ? l.email : t('looks.journal'))
  const end = async (l: Look): Promise<void> => {
    if (!(await confirm({ title: t('looks.end.title'), text: t('looks.end.text', { name: named(l) }), confirm: t('looks.end') }))) return
    try {
      await api.call('Look/end', { id: l.id })
      say(t('looks.ended'))
    } catch (e) {
      sayError(refusal(e))
    }
    reload()
  }
  if (!may?.mayLook) return <Empty icon={Eye} title={t('console.noRole')} />
  return (
    <div className={css.scroll}>
      <header className={css.head}>
        <h1>{t('console.looks')}</h1>
        <i className={css.spring} />
        <Button look="primary" onClick={() => setAsking(true)}>{t('looks.ask')}</Button>
      </header>
      <Banner>{t(may.secondLook ? 'looks.intro.second' : 'looks.intro')}</Banner>
      {error ? (
        <Failure error={asSyncError(error)} retry={reload} />
      ) : !data ? (
        <Skeleton lines={4} />
      ) : data.length + waiting.length === 0 ? (
        <Empty icon={Eye} title={t('looks.empty')} />
      ) : (
        <ul className={`${css.rows} ${css.flat}`} aria-label={t('looks.now')}>
          {data.map((l) => (
            <li key={l.id} className={css.line}>
              <span className={css.who}>
                <span>{named(l)}</span>
                <small lang={guessLanguage(l.purpose)}>{l.purpose}</small>
              </span>
              <span className={css.post}>{l.until && <time dateTime={l.until} title={fullDate(l.until)}>{t('looks.until', { time: readingDate(l.until) })}</time>}</span>
              <span className={css.acts}>
                {/* The mailbox is among one's own only for a page that is loaded anew. */}
                {l.lookInto && <Button aria-label={t('looks.openNamed', { name: named(l) })} onClick={() => location.assign(`/mail/${l.lookInto}`)}>{t('looks.open')}</Button>}
                <Button look="quiet" aria-label={t('looks.endNamed', { name: named(l) })} onClick={() => void end(l)}>{t('looks.end')}</Button>
              </span>
            </li>
          ))}
          {waiting.map((l) => (
            <li key={l.id} className={css.line}>
              <span className={css.who}>
                <span>{named(l)}</span>
                <small lang={guessLanguage(l.purpose)}>{l.purpose}</small>
              </span>
              <span className={css.post}>{t('looks.waits')}</span>
              <span className={css.acts} />
            </li>
          ))}
        </ul>
      )}
      {data?.some((l) => !l.lookInto) && <Journal api={api} />}
      <Suspense>{asking && <AskLook api={api} maxHours={may.maxLook} onAsked={() => { reload(); void approvals.load() }} onClose={() => setAsking(false)} />}</Suspense>
    </div>
  )
}
