import { useEffect } from 'react'
import { useLocation } from 'wouter'
import type { Approval, SecrecyCapability } from '~/api/jmap'
import { Frame } from '~/app/Frame'
import { useLayout } from '~/app/layout'
import type { RoomProps } from '~/app/rooms'
import { useT, type Key } from '~/kit/i18n'
import { listDate, readingDate } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import { useKeys } from '~/kit/keys'
import { Stamp } from '~/kit/ui/icons'
import { ListDetail } from '~/kit/ui/ListDetail'
import { Empty, Failure, Skeleton } from '~/kit/ui/states'
import { levelName, rank, secrecyOf } from '~/rooms/mail/secrecy/levels'
import marks from '~/rooms/mail/secrecy/Secrecy.module.css'
import css from './Approvals.module.css'
import { CaseView } from './CaseView'
import { useApprovals } from './store'
import { isLate, kindText, partyText, stateText, titleOf } from './words'

/** The parts of the list, in their order. */
const groups: { key: Key; has: (a: Approval) => boolean }[] = [
  { key: 'approvals.group.waits', has: (a) => a.mayDecide },
  { key: 'approvals.group.asked', has: (a) => !a.mayDecide && a.isMine },
  { key: 'approvals.group.lately', has: (a) => !a.mayDecide && !a.isMine },
]

/** What people decide: what waits for one, what one asked for, what was decided. */
export default function ApprovalsRoom({ engine }: RoomProps) {
  const t = useT()
  const phone = useLayout() === 'phone'
  const [path, navigate] = useLocation()
  const all = useApprovals(engine)
  const cap = secrecyOf(engine.session)
  const id = path.split('/')[2]
  const shown = all.get(id)
  const ordered = groups.flatMap((g) => all.list.filter(g.has))
  const open = (next: string | undefined, replace = !phone && id !== undefined): void => navigate(next ? `/approvals/${next}` : '/approvals', { replace })
  /** After a decision the next that waits is opened; on the last one the list. */
  const next = (): void => {
    const at = ordered.findIndex((a) => a.id === id)
    const waiting = all.waiting.filter((a) => a.id !== id)
    const after = ordered.slice(at + 1).find((a) => waiting.some((w) => w.id === a.id)) ?? waiting[0]
    open(after?.id, true)
  }
  const step = (by: number): void => {
    const at = ordered.findIndex((a) => a.id === id)
    const to = ordered[at < 0 ? 0 : Math.min(Math.max(at + by, 0), ordered.length - 1)]
    if (to) open(to.id)
  }
  useKeys({ j: () => step(1), k: () => step(-1), Escape: () => (id ? open(undefined) : false) })
  useEffect(() => {
    document.title = `${shown ? titleOf(shown) : t('room.approvals')} · Chancery`
  }, [shown, t])

  const list = (
    <section className={css.list} id="list" tabIndex={-1} aria-label={t('room.approvals')}>
      <header className={css.head}>
        <h1>{t('room.approvals')}</h1>
        {all.loaded && <span role="status">{t('approvals.count', { count: all.waiting.length })}</span>}
      </header>
      {all.error && !all.loaded ? (
        <Failure error={all.error} retry={() => void all.load()} />
      ) : !all.loaded ? (
        <Skeleton lines={8} />
      ) : all.list.length === 0 ? (
        <Empty icon={Stamp} title={t('approvals.empty')}>
          {t('approvals.empty.hint')}
        </Empty>
      ) : (
        groups.map((g) => {
          const rows = all.list.filter(g.has)
          return (
            rows.length > 0 && (
              <section key={g.key} aria-label={t(g.key)}>
                <h2 className={css.heading}>{t(g.key)}</h2>
                <ul className={css.rows}>
                  {rows.map((a) => (
                    <li key={a.id}>
                      <Row approval={a} cap={cap} current={a.id === id} onOpen={() => open(a.id)} />
                    </li>
                  ))}
                </ul>
              </section>
            )
          )
        })
      )}
    </section>
  )
  const detail = shown ? (
    <CaseView key={shown.id} engine={engine} approval={shown} phone={phone} onBack={() => open(undefined)} onDone={next} />
  ) : all.loaded ? (
    <Empty icon={Stamp} title={t(id ? 'approvals.notThere' : 'approvals.noneOpen')} />
  ) : (
    <Skeleton lines={8} />
  )
  return (
    <Frame room="approvals" deep={id !== undefined} onHome={() => open(undefined)}>
      <div className={css.room}>
        <ListDetail list={list} detail={detail} open={id !== undefined} />
      </div>
    </Frame>
  )
}

function Row({ approval: a, cap, current, onOpen }: { approval: Approval; cap: SecrecyCapability | null; current: boolean; onOpen: () => void }) {
  const t = useT()
  const title = titleOf(a)
  return (
    <button type="button" className={css.row} aria-current={current ? 'true' : undefined} onClick={onOpen}>
      <span className={css.line}>
        <b>
          {a.level && <span className={marks.mark} data-rank={rank(cap, a.level)}>{levelName(cap, a.level)}</span>} <span lang={guessLanguage(title)}>{title}</span>
        </b>
        <time dateTime={a.madeAt}>{listDate(a.closedAt ?? a.madeAt)}</time>
      </span>
      <span className={css.under}>
        <span>
          {kindText(a)}
          {!a.isMine && ` · ${partyText(a.asker)}`}
          {a.inPlaceOf && ` · ${t('approvals.inPlace', { name: partyText(a.inPlaceOf) })}`}
        </span>
        {a.mayDecide || (a.isMine && a.state === 'waiting') ? (
          isLate(a) ? <em data-late>{t('approvals.overdue')}</em> : a.dueAt ? <em>{t('approvals.until', { time: readingDate(a.dueAt) })}</em> : !a.mayDecide && <em>{stateText(a)}</em>
        ) : (
          <em data-state={a.state}>{stateText(a)}</em>
        )}
      </span>
    </button>
  )
}
