import { useCallback, useState } from 'react'
import type { Application, ApplicationAnswer } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { fileSize, listDate } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import { asSyncError } from '~/kit/sync/errors'
import { say } from '~/kit/undo'
import { Banner } from '~/kit/ui/Banner'
import { Button } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { Dialog } from '~/kit/ui/Dialog'
import { FileText } from '~/kit/ui/icons'
import { Empty, Failure, Skeleton } from '~/kit/ui/states'
import css from '../Console.module.css'
import type { PartProps } from '../ConsoleRoom'
import { FormDialog } from '../FormDialog'
import { UnitSelect } from '../UnitSelect'
import { may, refusal, unitPath, useLoad } from '../data'

/** Those who apply for an account and wait for a decision, the longest first. */
export default function ApplicationsSection({ api, office, reload: decided }: PartProps) {
  const t = useT()
  const { data, error, reload } = useLoad(useCallback(async () => (await api.call<{ list: Application[] }>('Application/get', { ids: null })).list, [api]))
  const [open, setOpen] = useState<Application | null>(null)
  // By this link an application comes to the officers of their own unit.
  const home = api.mine.duties.includes('accounts') ? undefined : office.units.find((u) => may(api.mine, 'accounts', office.units, u.id))
  const copy = async (): Promise<void> => {
    const link = `${location.origin}/apply${home ? `?unit=${home.id}` : ''}`
    try {
      await navigator.clipboard.writeText(link)
      say(t('apply.copied'))
    } catch {
      say(link) // there is no clipboard without HTTPS: then the link is shown
    }
  }
  return (
    <>
      <header className={css.head}>
        <h1>{t('apply.section')}</h1>
        <span className={css.count} role="status">{data && t('apply.count', { count: data.length })}</span>
        <Button onClick={() => void copy()}>{t('apply.copyLink')}</Button>
      </header>
      <Banner>{t('apply.identity')}</Banner>
      {error ? (
        <Failure error={asSyncError(error)} retry={reload} />
      ) : !data ? (
        <Skeleton lines={5} />
      ) : data.length === 0 ? (
        <Empty icon={FileText} title={t('apply.empty')} />
      ) : (
        <ul className={css.rows}>
          {data.map((a) => (
            <li key={a.id} className={css.line}>
              <span className={css.who}>
                <span lang={guessLanguage(a.name)}>{a.name}</span>
                <small>{[a.title, a.agency].filter(Boolean).join(' · ')}</small>
              </span>
              <span className={css.post}>
                <span>{a.address}</span>
                <small>{[listDate(a.made), unitPath(office.units, a.unitId)].filter(Boolean).join(' · ')}</small>
              </span>
              <span className={css.acts}>
                <Button aria-label={t('apply.openNamed', { name: a.name })} onClick={() => setOpen(a)}>{t('apply.open')}</Button>
              </span>
            </li>
          ))}
        </ul>
      )}
      {open && <Decide key={open.id} api={api} office={office} application={open} reload={() => { reload(); decided() }} onClose={() => setOpen(null)} />}
    </>
  )
}

function Decide({ api, office, application: a, reload, onClose }: Omit<PartProps, 'reload'> & { application: Application; reload: () => void; onClose: () => void }) {
  const t = useT()
  const first = a.unitId ?? office.units.find((u) => may(api.mine, 'accounts', office.units, u.id))?.id ?? null
  const whole = api.mine.duties.includes('accounts')
  const [name, setName] = useState(a.name)
  const [email, setEmail] = useState(a.address)
  const [title, setTitle] = useState(a.title)
  const [unit, setUnit] = useState(first)
  const [refusing, setRefusing] = useState(false)
  const [reason, setReason] = useState('')
  const [made, setMade] = useState<ApplicationAnswer | null>(null)
  const [error, setError] = useState<string>()
  const save = async (): Promise<void> => {
    setError(undefined)
    if (refusing ? !reason.trim() : !name.trim() || !email.includes('@') || (!unit && !whole)) return setError(t(refusing ? 'apply.needReason' : 'apply.missing'))
    try {
      if (refusing) {
        await api.call('Application/refuse', { id: a.id, reason: reason.trim() })
        say(t('apply.refused', { name: a.name }))
        onClose()
      } else setMade(await api.call<ApplicationAnswer>('Application/approve', { id: a.id, name: name.trim(), email: email.trim(), unitId: unit, title: title.trim() }))
      reload()
    } catch (e) {
      setError(refusal(e))
    }
  }
  if (made)
    return (
      <Dialog title={t('apply.approved', { name })} onClose={onClose} footer={<Button look="primary" onClick={onClose}>{t('console.done')}</Button>}>
        <p>{made.password ? t('console.firstPasswordText', { name, email: made.email }) : t('apply.takenUp', { email: made.email })}</p>
        {made.password && <p className={css.secret}>{made.password}</p>}
      </Dialog>
    )
  return (
    <FormDialog
      wide
      title={a.name}
      act={t(refusing ? 'apply.refuse' : 'apply.approve')}
      error={error}
      beside={
        <>
          <Button look={refusing ? 'quiet' : 'danger'} onClick={() => { setRefusing(!refusing); setError(undefined) }}>{t(refusing ? 'apply.notRefuse' : 'apply.refuse')}</Button>
          <i className={css.spring} />
        </>
      }
      onSave={save}
      onClose={onClose}
    >
      <dl className={css.facts}>
        {([['apply.number', a.number], ['apply.agency', a.agency], ['apply.post', a.title], ['apply.phone', a.phone], ['apply.contact', a.contact], ['apply.note', a.note]] as const)
          .filter(([, value]) => value)
          .map(([key, value]) => (
            <div key={key}>
              <dt>{t(key)}</dt>
              <dd dir="auto">{value}</dd>
            </div>
          ))}
        <div>
          <dt>{t('apply.papers')}</dt>
          {a.papers.map((p) => (
            <dd key={p.url}>
              <a href={p.url} download={p.name}>{p.name}</a> <small>{fileSize(p.size)}</small>
            </dd>
          ))}
        </div>
      </dl>
      {refusing ? (
        <Field label={t('apply.reason')} hint={t('apply.reason.hint')} value={reason} maxLength={300} autoFocus onChange={(e) => { setReason(e.target.value); setError(undefined) }} />
      ) : (
        <>
          <div className={css.pair}>
            <Field label={t('console.name')} value={name} onChange={(e) => { setName(e.target.value); setError(undefined) }} />
            <Field label={t('console.email')} type="email" value={email} onChange={(e) => { setEmail(e.target.value); setError(undefined) }} />
          </div>
          <div className={css.pair}>
            <UnitSelect label={t('apply.unit')} units={office.units} value={unit} {...(whole ? { empty: t('console.whole') } : {})} only={(u) => may(api.mine, 'accounts', office.units, u.id)} onChange={setUnit} />
            <Field label={t('apply.post')} value={title} onChange={(e) => setTitle(e.target.value)} />
          </div>
        </>
      )}
    </FormDialog>
  )
}
