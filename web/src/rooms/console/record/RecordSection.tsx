import { useCallback, useEffect, useState } from 'react'
import type { AuditEntry, AuditState } from '~/api/jmap'
import { useLayout } from '~/app/layout'
import { useT } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { FileText } from '~/kit/ui/icons'
import { MenuButton } from '~/kit/ui/MenuButton'
import { Empty, Failure, Skeleton } from '~/kit/ui/states'
import { VirtualRows } from '~/kit/ui/VirtualRows'
import base from '../Console.module.css'
import type { PartProps } from '../ConsoleRoom'
import { actName, resultName, useLoad } from '../data'
import { changesOf, moment, sayChange } from './changes'
import { ChainNote } from './ChainNote'
import { EntryDialog } from './EntryDialog'
import { Filters, nothing } from './Filters'
import { AHEAD, useEntries } from './pages'
import css from './Record.module.css'

const HEIGHT = { desktop: 48, phone: 92 }

/** What happened, the newest first: what a filter keeps of the record, each entry with what it changed. */
export default function RecordSection({ api }: PartProps) {
  const t = useT()
  const phone = useLayout() === 'phone'
  const [filter, setFilter] = useState(nothing)
  const [open, setOpen] = useState<AuditEntry | null>(null)
  const { data: state, reload: again } = useLoad(useCallback(() => api.call<AuditState>('AuditEntry/state'), [api]))
  const { shown, error, more, reload } = useEntries(api, filter)
  const entries = shown?.entries ?? []
  const range = useCallback((_: number, to: number) => {
    if (to >= entries.length - AHEAD) more()
  }, [entries.length, more])
  useEffect(() => {
    // A filter that keeps little: one look goes through a part of the record only.
    if (shown?.next && shown.entries.length < AHEAD) more()
  }, [shown, more])
  const save = (form: string): void => {
    const said = Object.entries(filter).filter(([, v]) => v !== '')
    location.assign(`/export/record?${new URLSearchParams([['form', form], ...said])}`)
  }
  return (
    <>
      <header className={base.head}>
        <h1>{t('console.record')}</h1>
        <span className={base.count} role="status">{shown && (shown.next ? t('record.soFar', { count: entries.length }) : t('console.entries', { count: entries.length }))}</span>
        <MenuButton label={t('record.export')} words={t('record.export')} icon={FileText} placement="bottom end" entries={[
          { id: 'csv', label: t('record.csv'), run: () => save('csv') },
          { id: 'jsonl', label: t('record.jsonl'), run: () => save('jsonl') },
        ]} />
      </header>
      <ChainNote api={api} state={state} onChecked={again} />
      <Filters families={state?.families ?? []} zones={state?.zones ?? []} filter={filter} onFilter={setFilter} />
      {error ? (
        <Failure error={asSyncError(error)} retry={reload} />
      ) : !shown ? (
        <Skeleton lines={8} />
      ) : entries.length === 0 && !shown.next ? (
        <Empty icon={FileText} title={t('record.none')} />
      ) : (
        <div className={css.scroller} tabIndex={0} data-scroller role="region" aria-label={t('console.record')}>
          <div role="table" aria-label={t('console.record')} aria-rowcount={shown.next ? -1 : entries.length}>
            {entries.length > 0 && <VirtualRows count={entries.length} height={phone ? HEIGHT.phone : HEIGHT.desktop} onRange={range} row={(n) => {
              const e = entries[n]
              return e && <Row key={e.id} entry={e} index={n} phone={phone} onOpen={() => setOpen(e)} />
            }} />}
          </div>
          {shown.next && shown.until && <p className={css.until}>{t('record.until', { when: moment(shown.until) })} <Button look="quiet" onClick={more}>{t('record.more')}</Button></p>}
        </div>
      )}
      {open && <EntryDialog entry={open} onClose={() => setOpen(null)} />}
    </>
  )
}

function Row({ entry: e, index, phone, onOpen }: { entry: AuditEntry; index: number; phone: boolean; onOpen: () => void }) {
  const t = useT()
  const changed = changesOf(e).map(sayChange).join(' · ')
  return (
    <div role="row" aria-rowindex={index + 1} className={css.row} style={{ height: phone ? HEIGHT.phone : HEIGHT.desktop }} onClick={onOpen}>
      <span role="cell" className={css.when}>{moment(e.at)}</span>
      <span role="cell" className={css.who} lang="en">{e.email || '—'}</span>
      <span role="cell" className={css.what}>
        <button type="button" className={css.open} onClick={(x) => { x.stopPropagation(); onOpen() }}>{actName(e.verb)}</button>
        {e.name && <span lang={guessLanguage(e.name)}>{e.name}</span>}
        {e.result !== 'ok' && <em className={base.mark}>{resultName(e.result)}</em>}
        {changed && <small lang={guessLanguage(changed)}>{changed}</small>}
      </span>
      <span role="cell" className={css.where}>{[e.peer, e.door].filter(Boolean).join(' ') || t('record.here')}</span>
    </div>
  )
}
