import { Suspense, lazy, useCallback, useEffect, useState } from 'react'
import { FLOW, type FlowCapability, type JournalEntry, type Look } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { fullDate, readingDate } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import { asSyncError } from '~/kit/sync/errors'
import { Banner } from '~/kit/ui/Banner'
import { Button } from '~/kit/ui/Button'
import { Dialog, confirm } from '~/kit/ui/Dialog'
import { Eye } from '~/kit/ui/icons'
import { Empty, Failure, Skeleton } from '~/kit/ui/states'
import { say, sayError } from '~/kit/undo'
import { ReadLetter } from '~/rooms/approvals/LetterCase'
import { useApprovals } from '~/rooms/approvals/store'
import { caseOf } from '~/rooms/approvals/words'
import type { MailAccount } from '~/rooms/mail/account'
import css from '../Console.module.css'
import type { PartProps } from '../ConsoleRoom'
import { refusal, useLoad } from '../data'

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
        <ul className={css.rows} aria-label={t('looks.now')}>
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
            </li>
          ))}
        </ul>
      )}
      {data?.some((l) => !l.lookInto) && <Journal api={api} />}
      <Suspense>{asking && <AskLook api={api} maxHours={may.maxLook} onAsked={() => { reload(); void approvals.load() }} onClose={() => setAsking(false)} />}</Suspense>
    </div>
  )
}

const PAGE = 50

/** What the rules have kept, the newest first. */
function Journal({ api }: Pick<PartProps, 'api'>) {
  const t = useT()
  const read = useCallback((before: string | null) => api.call<{ list: JournalEntry[] }>('Journal/query', { before, limit: PAGE }), [api])
  const { data, error, reload } = useLoad(useCallback(() => read(null), [read]))
  const [more, setMore] = useState<JournalEntry[]>([])
  const [whole, setWhole] = useState(false)
  const [open, setOpen] = useState<JournalEntry | null>(null)
  const list = [...(data?.list ?? []), ...more]
  const older = async (): Promise<void> => {
    try {
      const page = (await read(list.at(-1)?.id ?? null)).list
      setMore([...more, ...page])
      setWhole(page.length < PAGE)
    } catch (e) {
      sayError(refusal(e))
    }
  }
  return (
    <section aria-label={t('looks.journal')}>
      <header className={css.head}>
        <h2>{t('looks.journal')}</h2>
      </header>
      {error ? (
        <Failure error={asSyncError(error)} retry={reload} />
      ) : !data ? (
        <Skeleton lines={6} />
      ) : list.length === 0 ? (
        <Empty icon={Eye} title={t('looks.journal.empty')} />
      ) : (
        <ul className={css.rows}>
          {list.map((e) => (
            <li key={e.id}>
              <button type="button" className={css.row} onClick={() => setOpen(e)}>
                <span className={css.who}>
                  <span lang={guessLanguage(e.subject)}>{e.subject || t('message.noSubject')}</span>
                  <small>{e.rules.join(t('approvals.and'))}</small>
                </span>
                <span className={css.post}>
                  <span>{t('looks.way', { from: e.from || e.sender, to: e.to.join(t('approvals.and')) })}</span>
                  <small>{readingDate(e.at)}</small>
                </span>
              </button>
            </li>
          ))}
        </ul>
      )}
      {list.length >= PAGE && !whole && <Button look="quiet" onClick={() => void older()}>{t('looks.older')}</Button>}
      {open && (
        <Dialog wide title={open.subject || t('message.noSubject')} onClose={() => setOpen(null)}>
          <ReadLetter engine={api.engine} account={api.engine.accounts[0] as MailAccount} blobId={open.blobId} size={0} />
        </Dialog>
      )}
    </section>
  )
}
