import { useCallback, useState } from 'react'
import type { RegulationVersion } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { say, sayError } from '~/kit/undo'
import { Button, IconButton } from '~/kit/ui/Button'
import { confirm } from '~/kit/ui/Dialog'
import { BookOpen, Eye, Pencil, Plus, Trash2, Users } from '~/kit/ui/icons'
import { Empty, Failure, Skeleton } from '~/kit/ui/states'
import css from '../Console.module.css'
import type { PartProps } from '../ConsoleRoom'
import { useLoad } from '../data'
import own from './Rulebook.module.css'
import { PublishDialog } from './PublishDialog'
import { ReadDialog } from './ReadDialog'
import { ReportDialog } from './ReportDialog'
import { VersionForm } from './VersionForm'
import { lines, refused, stateName, titleOf } from './words'

/** What is open over the list. */
type Open = { what: 'form'; version: RegulationVersion | null; again?: boolean } | { what: 'publish' | 'report' | 'read'; version: RegulationVersion }

/** The rule book: texts in versions, whom they are for, and who accepted them. */
export default function RulebookSection({ api, office }: PartProps) {
  const t = useT()
  const { data, error, reload } = useLoad(useCallback(async () => (await api.call<{ list: RegulationVersion[] }>('RegulationVersion/get', { ids: null })).list, [api]))
  const [open, setOpen] = useState<Open | null>(null)
  const writes = api.mine.duties.includes('security')
  const act = async (said: string, go: () => Promise<unknown>): Promise<void> => {
    try {
      await go()
      say(said)
    } catch (e) {
      sayError(refused(e))
    }
    reload()
  }
  const withdraw = async (v: RegulationVersion): Promise<void> => {
    const name = titleOf(v)
    if (await confirm({ title: t('rulebook.withdrawAsk', { name }), text: t('rulebook.withdrawText'), confirm: t('rulebook.withdraw') })) await act(t('rulebook.isWithdrawn', { name }), () => api.call('RegulationVersion/withdraw', { id: v.id }))
  }
  const discard = async (v: RegulationVersion): Promise<void> => {
    const name = titleOf(v)
    if (await confirm({ title: t('rulebook.discardAsk', { name }), text: t('rulebook.discardText'), confirm: t('rulebook.discard') })) await act(t('console.removed', { name }), () => api.set('RegulationVersion', { destroy: [v.id] }))
  }
  // A text has one draft at a time; the newest version is where the next begins.
  const newest = (v: RegulationVersion): boolean => !data?.some((o) => o.ruleId === v.ruleId && (o.number > v.number || o.number === 0))
  const close = (): void => { setOpen(null); reload() }
  return (
    <>
      <header className={css.head}>
        <h1>{t('console.rulebook')}</h1>
        <i className={css.spring} />
        {writes && <Button look="primary" icon={Plus} onClick={() => setOpen({ what: 'form', version: null })}>{t('rulebook.add')}</Button>}
      </header>
      {error ? (
        <Failure error={asSyncError(error)} retry={reload} />
      ) : !data ? (
        <Skeleton lines={5} />
      ) : data.length === 0 ? (
        <Empty icon={BookOpen} title={t('rulebook.none')}>{t('rulebook.noneHint')}</Empty>
      ) : (
        <ul className={css.rows}>
          {data.map((v) => (
            <li key={v.id} className={`${css.line} ${own.version}`}>
              <span className={css.sentence}>
                <span>{titleOf(v)} <em className={css.mark} data-state={v.state}>{stateName(v)}</em></span>
                {lines(v, office).map((text) => <small key={text}>{text}</small>)}
              </span>
              <span className={css.acts}>
                {v.number === 0 && writes && <Button onClick={() => setOpen({ what: 'publish', version: v })}>{t('rulebook.publish')}</Button>}
                {v.number > 0 && writes && newest(v) && <Button look="quiet" onClick={() => setOpen({ what: 'form', version: v, again: true })}>{t('rulebook.next')}</Button>}
                <IconButton icon={Eye} label={t('rulebook.readNamed', { name: titleOf(v) })} onClick={() => setOpen({ what: 'read', version: v })} />
                {v.number > 0 && v.within !== null && <IconButton icon={Users} label={t('rulebook.reportNamed', { name: titleOf(v) })} onClick={() => setOpen({ what: 'report', version: v })} />}
                {v.number === 0 && writes && <IconButton icon={Pencil} label={t('console.changeNamed', { name: titleOf(v) })} onClick={() => setOpen({ what: 'form', version: v })} />}
                {v.number === 0 && writes && <IconButton icon={Trash2} label={t('rulebook.discardNamed', { name: titleOf(v) })} onClick={() => void discard(v)} />}
                {(v.state === 'inForce' || v.state === 'upcoming') && writes && <IconButton icon={Trash2} label={t('rulebook.withdrawNamed', { name: titleOf(v) })} onClick={() => void withdraw(v)} />}
              </span>
            </li>
          ))}
        </ul>
      )}
      {open?.what === 'form' && <VersionForm api={api} office={office} version={open.version} again={open.again ?? false} onClose={close} />}
      {open?.what === 'publish' && <PublishDialog api={api} office={office} version={open.version} onClose={close} />}
      {open?.what === 'report' && <ReportDialog api={api} office={office} version={open.version} writes={writes} onClose={close} />}
      {open?.what === 'read' && <ReadDialog version={open.version} onClose={() => setOpen(null)} />}
    </>
  )
}
