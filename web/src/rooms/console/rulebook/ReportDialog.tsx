import { useCallback, useState } from 'react'
import type { RegulationReport, RegulationVersion } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { fullDate, readingDate } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import { asSyncError } from '~/kit/sync/errors'
import { say, sayError } from '~/kit/undo'
import { Button } from '~/kit/ui/Button'
import { Choice } from '~/kit/ui/controls'
import { Dialog } from '~/kit/ui/Dialog'
import { Failure, Skeleton } from '~/kit/ui/states'
import css from '../Console.module.css'
import type { PartProps } from '../ConsoleRoom'
import { unitPath, useLoad } from '../data'
import own from './Rulebook.module.css'
import { refused, titleOf } from './words'

const PAGE = 100

/** Who accepted a version and who did not, by unit and by name. */
export function ReportDialog({ api, office, version: v, writes, onClose }: Omit<PartProps, 'reload'> & { version: RegulationVersion; writes: boolean; onClose: () => void }) {
  const t = useT()
  const [which, setWhich] = useState<'open' | 'done'>('open')
  const [unit, setUnit] = useState('')
  const [position, setPosition] = useState(0)
  const read = useCallback(() => api.call<RegulationReport>('RegulationVersion/report', { id: v.id, accepted: which === 'done', unitId: unit || null, position, limit: PAGE }), [api, v.id, which, unit, position])
  const { data, error, reload } = useLoad(read)
  const [reminded, setReminded] = useState(false)
  const remind = async (): Promise<void> => {
    try {
      await api.call('RegulationVersion/remind', { id: v.id })
      setReminded(true)
      say(t('rulebook.reminded'))
    } catch (e) {
      sayError(refused(e))
    }
  }
  const name = (u: string | null): string => (u ? unitPath(office.units, u) : t('rulebook.noUnit'))
  return (
    <Dialog wide title={titleOf(v)} onClose={onClose} footer={
      <>
        <a className={own.export} href={`/rulebook/export/${v.id}`} download>{t('rulebook.export')}</a>
        <i className={css.spring} />
        {writes && v.state === 'inForce' && !!data && data.accepted < data.total && <Button disabled={reminded} onClick={() => void remind()}>{t('rulebook.remind')}</Button>}
        <Button look="primary" onClick={onClose}>{t('console.done')}</Button>
      </>
    }>
      {error ? <Failure error={asSyncError(error)} retry={reload} /> : !data ? <Skeleton lines={6} /> : (
        <div className={css.form}>
          <p className={own.sum} role="status">{t('rulebook.sum', { accepted: data.accepted, total: data.total })}</p>
          <ul className={own.units} aria-label={t('rulebook.byUnit')}>
            {data.units.map((c) => <li key={c.unitId ?? ''}><span>{name(c.unitId)}</span><span className={own.figure}>{t('rulebook.ofTotal', { accepted: c.accepted, total: c.total })}</span></li>)}
          </ul>
          <Choice segmented label={t('rulebook.show')} value={which} options={[['open', t('rulebook.open')], ['done', t('rulebook.accepted')]]} onChange={(w) => { setWhich(w); setPosition(0) }} />
          <Choice label={t('console.unit')} value={unit} options={[['', t('console.allUnits')], ...data.units.flatMap((c) => (c.unitId ? [[c.unitId, name(c.unitId)] as const] : []))]} onChange={(u) => { setUnit(u); setPosition(0) }} />
          <ul className={css.rows} aria-label={t('rulebook.people')}>
            {data.list.map((p) => (
              <li key={p.email + p.acceptedAt} className={own.person}>
                <span className={css.who}>
                  <span lang={guessLanguage(p.name)}>{p.name || p.email}</span>
                  <small>{[p.email, p.concerned ? name(p.unitId) : t('rulebook.notNow')].join(' · ')}</small>
                </span>
                {p.acceptedAt && <small><time dateTime={p.acceptedAt} data-tip={fullDate(p.acceptedAt)}>{readingDate(p.acceptedAt)}</time>{p.peer && ` · ${p.peer}`}</small>}
              </li>
            ))}
          </ul>
          {data.found > PAGE && (
            <div className={css.pages}>
              <Button disabled={position === 0} onClick={() => setPosition(position - PAGE)}>{t('console.earlier')}</Button>
              <Button disabled={position + PAGE >= data.found} onClick={() => setPosition(position + PAGE)}>{t('console.further')}</Button>
            </div>
          )}
        </div>
      )}
    </Dialog>
  )
}
