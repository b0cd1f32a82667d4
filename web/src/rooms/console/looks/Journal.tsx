import { useCallback, useEffect, useRef, useState } from 'react'
import type { JournalAnswer, JournalEntry, JournalFilter } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { readingDate } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Dialog } from '~/kit/ui/Dialog'
import { Eye } from '~/kit/ui/icons'
import { Empty, Failure, Skeleton } from '~/kit/ui/states'
import { ReadLetter } from '~/rooms/approvals/LetterCase'
import type { MailAccount } from '~/rooms/mail/account'
import { levelName, rank, secrecyOf } from '~/rooms/mail/secrecy/levels'
import marks from '~/rooms/mail/secrecy/Secrecy.module.css'
import css from '../Console.module.css'
import type { AdminApi } from '../data'
import { JournalFilters } from './JournalFilters'

const PAGE = 50

/** What was found so far. */
interface Found {
  list: JournalEntry[]
  next: string | null
  /** How far back was looked, where there is more. */
  until: string | null
}

/** The letters that a filter finds, page by page. */
function useJournal(api: AdminApi, filter: JournalFilter | null) {
  const [found, setFound] = useState<Found | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const era = useRef(0)
  const load = useCallback(async (before: string | null, list: JournalEntry[]): Promise<void> => {
    const mine = before === null ? ++era.current : era.current
    setBusy(true)
    try {
      const a = await api.call<JournalAnswer>('Journal/query', { filter, before, limit: PAGE })
      if (mine !== era.current) return
      setFound({ list: [...list, ...a.list], next: a.next, until: a.until })
      setError(null)
    } catch (e) {
      if (mine === era.current) setError(e)
    } finally {
      if (mine === era.current) setBusy(false)
    }
  }, [api, filter])
  const reload = useCallback(() => {
    setFound(null)
    setError(null)
    void load(null, [])
  }, [load])
  useEffect(reload, [reload])
  return { found, error, busy, reload, older: () => void (found?.next && load(found.next, found.list)) }
}

/** What the rules have kept: found by who, whom, words, rule, level and days, the newest first. */
export function Journal({ api }: { api: AdminApi }) {
  const t = useT()
  const cap = secrecyOf(api.engine.session)
  const [filter, setFilter] = useState<JournalFilter | null>(null)
  const [open, setOpen] = useState<JournalEntry | null>(null)
  const { found, error, busy, reload, older } = useJournal(api, filter)
  return (
    <section aria-label={t('looks.journal')}>
      <header className={css.head}>
        <h2>{t('looks.journal')}</h2>
        <span className={css.count} role="status">{found && t(found.next ? 'looks.soFar' : 'looks.found', { count: found.list.length })}</span>
      </header>
      <JournalFilters cap={cap} onFilter={setFilter} />
      {error && !found ? (
        <Failure error={asSyncError(error)} retry={reload} />
      ) : !found ? (
        <Skeleton lines={6} />
      ) : found.list.length === 0 && !found.next ? (
        <Empty icon={Eye} title={t(filter ? 'looks.journal.none' : 'looks.journal.empty')} />
      ) : (
        <ul className={`${css.rows} ${css.flat}`}>
          {found.list.map((e) => (
            <li key={e.id}>
              <button type="button" className={css.row} onClick={() => setOpen(e)}>
                <span className={css.who}>
                  <span>
                    {e.level && <span className={marks.mark} data-rank={rank(cap, e.level)}>{levelName(cap, e.level)}</span>}
                    <span lang={guessLanguage(e.subject)}>{e.subject || t('message.noSubject')}</span>
                  </span>
                  <small lang={guessLanguage(e.rules.join())}>{e.rules.join(t('approvals.and'))}</small>
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
      {found?.next && (
        <p className={css.pages}>
          {found.until && <small>{t('looks.lookedUntil', { time: readingDate(found.until) })}</small>}
          <Button look="quiet" busy={busy} onClick={older}>{t('looks.older')}</Button>
        </p>
      )}
      {error !== null && found && <Failure error={asSyncError(error)} retry={reload} />}
      {open && (
        <Dialog wide title={open.subject || t('message.noSubject')} onClose={() => setOpen(null)}>
          <ReadLetter engine={api.engine} account={api.engine.accounts[0] as MailAccount} blobId={open.blobId} size={0} />
        </Dialog>
      )}
    </section>
  )
}
