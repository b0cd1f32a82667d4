import { useCallback, useState } from 'react'
import type { LockedAccount } from '~/api/jmap'
import { useT, type Key } from '~/kit/i18n'
import { listDate } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import { asSyncError } from '~/kit/sync/errors'
import { say, sayError } from '~/kit/undo'
import { Banner } from '~/kit/ui/Banner'
import { Button, IconButton } from '~/kit/ui/Button'
import { Choice, Switch } from '~/kit/ui/controls'
import { Dialog } from '~/kit/ui/Dialog'
import { UserCheck, X } from '~/kit/ui/icons'
import { Empty, Failure, Skeleton } from '~/kit/ui/states'
import css from './Console.module.css'
import type { PartProps } from './ConsoleRoom'
import { FormDialog } from './FormDialog'
import { may, refusal, unitPath, useLoad } from './data'

const reasons: Record<string, Key> = {
  administrator: 'queue.reason.administrator', feed: 'queue.reason.feed', left: 'queue.reason.left', disowned: 'queue.reason.disowned', first: 'queue.reason.first', age: 'queue.reason.age',
}

/** Who waits to be let in again, those who ask first. */
export function QueueSection({ api, office }: PartProps) {
  const t = useT()
  const { data, error, reload } = useLoad(useCallback(() => api.queue(), [api]))
  const [opening, setOpening] = useState<LockedAccount | null>(null)
  const dismiss = async (a: LockedAccount): Promise<void> => {
    try {
      await api.dismiss(a.id)
      say(t('queue.dismissed', { name: a.name }))
    } catch (e) {
      sayError(refusal(e))
    }
    reload()
  }
  return (
    <>
      <header className={css.head}>
        <h1>{t('queue.title')}</h1>
        <span className={css.count} role="status">{data && t('queue.count', { count: data.length })}</span>
      </header>
      <Banner>{t('queue.identity')}</Banner>
      {error ? (
        <Failure error={asSyncError(error)} retry={reload} />
      ) : !data ? (
        <Skeleton lines={5} />
      ) : data.length === 0 ? (
        <Empty icon={UserCheck} title={t('queue.empty')} />
      ) : (
        <ul className={css.rows}>
          {data.map((a) => (
            <li key={a.id} className={css.line}>
              <span className={css.who}>
                <span lang={guessLanguage(a.name)}>{a.name}</span>
                <small>{[a.email, unitPath(office.units, a.unitId)].filter(Boolean).join(' · ')}</small>
              </span>
              <span className={css.post}>
                <span>{a.reasons.map((r) => (reasons[r] ? t(reasons[r]) : r)).join(' · ') || t('queue.notLocked')}</span>
                <small>{a.since && (a.lockedBy ? t('queue.by', { date: listDate(a.since), name: a.lockedBy }) : listDate(a.since))}</small>
              </span>
              <span className={css.post}>
                {a.note && <span dir="auto" title={a.note}>{a.note}</span>}
                {a.askedAt && <small>{t('queue.asked', { date: listDate(a.askedAt), peer: a.peer })}</small>}
              </span>
              <span className={css.acts}>
                {a.askedAt && <IconButton icon={X} label={t('queue.dismiss', { name: a.name })} onClick={() => void dismiss(a)} />}
                <Button aria-label={t('queue.open', { name: a.name })} onClick={() => setOpening(a)}>{t('queue.unlock')}</Button>
              </span>
            </li>
          ))}
        </ul>
      )}
      {opening && <UnlockForm api={api} office={office} account={opening} onClose={() => setOpening(null)} reload={reload} />}
    </>
  )
}

function UnlockForm({ api, office, account, onClose, reload }: PartProps & { account: LockedAccount; onClose: () => void }) {
  const t = useT()
  // Nothing is locked where somebody only forgot their password: then that is what helps.
  const only = account.needsPassword || account.reasons.length === 0
  const [way, setWay] = useState<'keep' | 'password'>(only ? 'password' : 'keep')
  const [factors, setFactors] = useState(false)
  const [password, setPassword] = useState<string | null>(null)
  const [error, setError] = useState<string>()
  const { name, email } = account
  const open = async (): Promise<void> => {
    setError(undefined)
    try {
      const got = await api.unlock(account.id, { newPassword: way === 'password', forgetFactors: way === 'password' && factors })
      reload()
      if (got.password) return setPassword(got.password)
      say(t('queue.unlocked', { name }))
      onClose()
    } catch (e) {
      const type = asSyncError(e).type
      setError(type === 'needsPassword' ? t('queue.needsPassword') : type === 'holdsRole' ? t('queue.holder') : refusal(e))
    }
  }
  if (password)
    return (
      <Dialog title={t('queue.password')} onClose={onClose} footer={<Button look="primary" onClick={onClose}>{t('console.done')}</Button>}>
        <p>{t('queue.password.text', { name, email })}</p>
        <p className={css.secret}>{password}</p>
      </Dialog>
    )
  return (
    <FormDialog title={t('queue.open', { name })} act={t('queue.unlock')} error={error} onClose={onClose} onSave={open}>
      <p className={css.sub}>{email}</p>
      {account.needsPassword && <Banner kind="warning">{t('queue.needsPassword')}</Banner>}
      {!account.mayPassword && <Banner kind="warning">{t('queue.holder')}</Banner>}
      {!only && account.mayPassword && <Choice label={t('queue.way')} value={way} options={[['keep', t('queue.way.keep')], ['password', t('queue.way.password')]]} onChange={setWay} />}
      {way === 'password' && account.mayPassword && may(api.mine, 'accounts', office.units, account.unitId) && (
        <>
          <Switch label={t('queue.factors')} on={factors} onChange={setFactors} />
          <p className={css.sub}>{t('queue.factors.hint')}</p>
        </>
      )}
    </FormDialog>
  )
}
