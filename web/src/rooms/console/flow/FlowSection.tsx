import { useCallback, useState } from 'react'
import { FLOW, type Approval, type FlowCapability, type FlowRule } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Banner } from '~/kit/ui/Banner'
import { Button, IconButton } from '~/kit/ui/Button'
import { MailWarning, Pencil, Plus, Trash2 } from '~/kit/ui/icons'
import { Empty, Failure, Skeleton } from '~/kit/ui/states'
import css from '../Console.module.css'
import type { PartProps } from '../ConsoleRoom'
import { useLoad } from '../data'
import { FlowForm } from './FlowForm'
import { RemoveForm } from './RemoveForm'
import { Waiting } from './Waiting'
import { levelsOf, notes, sentence } from './words'

type Open = { what: 'form'; rule: FlowRule | null } | { what: 'remove'; rule: FlowRule } | null

/** The organisation's rules for letters on their way, as sentences, with the changes that wait. */
export default function FlowSection({ api, office }: PartProps) {
  const t = useT()
  const cap = api.offer(FLOW) as unknown as FlowCapability
  const { data, error, reload } = useLoad(useCallback(async () => {
    const { list } = await api.call<{ list: FlowRule[] }>('FlowRule/get', { ids: null })
    const waiting = list.flatMap((r) => (r.waiting ? [r.waiting.approvalId] : []))
    const cases = waiting.length ? (await api.call<{ list: Approval[] }>('Approval/get', { ids: waiting })).list : []
    return { list, cases }
  }, [api]))
  const [open, setOpen] = useState<Open>(null)
  const levels = new Map(levelsOf(api))
  const add = cap.mayRule && <Button look="primary" icon={Plus} onClick={() => setOpen({ what: 'form', rule: null })}>{t('mailrules.add')}</Button>
  return (
    <>
      <header className={css.head}>
        <h1>{t('console.mailrules')}</h1>
        <i className={css.spring} />
        {data && data.list.length > 0 && add}
      </header>
      {error ? (
        <Failure error={asSyncError(error)} retry={reload} />
      ) : !data ? (
        <Skeleton lines={6} />
      ) : data.list.length === 0 ? (
        <Empty icon={MailWarning} title={t('mailrules.none')} action={add}>{t('mailrules.noneHint')}</Empty>
      ) : (
        <>
          <Banner>{t(cap.fourEyes ? 'mailrules.introTwo' : 'mailrules.intro')}</Banner>
          <ul className={css.rows}>
            {data.list.map((r) => (
              <li key={r.id}>
                <div className={css.line}>
                  <span className={css.sentence}>
                    <span className={css.titled}>
                      <strong className={css.part}>{r.rule.name}</strong>
                      {!r.rule.isEnabled && <em className={css.mark}>{t('mailrules.off')}</em>}
                      {r.isNew && <em className={css.mark}>{t('mailrules.notYet')}</em>}
                    </span>
                    <span>{sentence(r.rule, office, levels)}</span>
                    {notes(r.rule).map((n) => <small key={n}>{n}</small>)}
                  </span>
                  {cap.mayRule && !r.waiting && (
                    <span className={css.acts}>
                      <IconButton icon={Pencil} label={t('console.changeNamed', { name: r.rule.name })} onClick={() => setOpen({ what: 'form', rule: r })} />
                      <IconButton icon={Trash2} label={t('console.removeNamed', { name: r.rule.name })} onClick={() => setOpen({ what: 'remove', rule: r })} />
                    </span>
                  )}
                </div>
                {r.waiting && <Waiting api={api} office={office} levels={levels} rule={r} change={r.waiting} about={data.cases.find((c) => c.id === r.waiting?.approvalId)} reload={reload} />}
              </li>
            ))}
          </ul>
        </>
      )}
      {open?.what === 'form' && <FlowForm api={api} office={office} cap={cap} rule={open.rule} onClose={() => setOpen(null)} reload={reload} />}
      {open?.what === 'remove' && <RemoveForm api={api} cap={cap} rule={open.rule} onClose={() => setOpen(null)} reload={reload} />}
    </>
  )
}
