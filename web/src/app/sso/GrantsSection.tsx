import { useCallback, useEffect, useState } from 'react'
import { useT } from '~/kit/i18n'
import { readingDate } from '~/kit/i18n/dates'
import { asSyncError, type SyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { confirm } from '~/kit/ui/Dialog'
import { UserCheck } from '~/kit/ui/icons'
import { Empty, Failure, Skeleton } from '~/kit/ui/states'
import { say } from '~/kit/undo'
import { endGrant, readGrants, type Grant } from './api'
import { scopeWords } from './ConsentForm'
import css from './Grants.module.css'

/** What one allowed other systems and mail programs, and the way to end it. */
export default function GrantsSection() {
  const t = useT()
  const [list, setList] = useState<Grant[]>()
  const [error, setError] = useState<SyncError | null>(null)
  const load = useCallback(async () => {
    try {
      setList(await readGrants())
      setError(null)
    } catch (e) {
      setError(asSyncError(e))
    }
  }, [])
  useEffect(() => void load(), [load])
  const end = async (g: Grant): Promise<void> => {
    const { name } = g
    const title = t('sso.grants.endOne', { name })
    if (!(await confirm({ title, text: t(g.kind === 'saml' ? 'sso.grants.askText' : 'sso.grants.endText', { name }), confirm: title }))) return
    try {
      await endGrant(g)
      say(t('sso.grants.ended', { name }))
      await load()
    } catch (e) {
      setError(asSyncError(e))
    }
  }
  if (error) return <Failure error={error} retry={() => void load()} />
  if (!list) return <Skeleton lines={4} />
  if (list.length === 0) return <Empty icon={UserCheck} title={t('sso.grants.none')} />
  return (
    <>
      <p className={css.intro}>{t('sso.grants.hint')}</p>
      <ul className={css.list}>
        {list.map((g) => (
          <li key={g.client}>
            <div>
              <b>{g.name}</b>
              <span>{g.scopes.map((s) => scopeWords(t, s)).join(' · ')}</span>
              <small>{g.used ? t('sso.grants.used', { made: readingDate(g.made), when: readingDate(g.used), from: g.from ?? '' }) : t('sso.grants.made', { made: readingDate(g.made) })}</small>
            </div>
            <Button look="quiet" aria-label={t('sso.grants.endOne', { name: g.name })} onClick={() => void end(g)}>
              {t('sso.grants.end')}
            </Button>
          </li>
        ))}
      </ul>
    </>
  )
}
