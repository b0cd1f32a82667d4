import { Suspense, lazy, useCallback, useState } from 'react'
import type { Holding } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { listDate } from '~/kit/i18n/dates'
import { asSyncError } from '~/kit/sync/errors'
import { say, sayError } from '~/kit/undo'
import { Banner } from '~/kit/ui/Banner'
import { Button, IconButton } from '~/kit/ui/Button'
import { Choice } from '~/kit/ui/controls'
import { confirm } from '~/kit/ui/Dialog'
import { Plus, ShieldAlert, Trash2 } from '~/kit/ui/icons'
import { Empty, Failure, Skeleton } from '~/kit/ui/states'
import css from './Console.module.css'
import type { PartProps } from './ConsoleRoom'
import { refusal, roleHint, roleName, unitPath, useLoad } from './data'
import { FormDialog } from './FormDialog'
import type { Picked } from './PersonPick'
import { UnitSelect } from './UnitSelect'

const PersonPick = lazy(() => import('./PersonPick'))

/** Who holds which role; granted and taken back by security administrators. */
export function RolesSection({ api, office }: PartProps) {
  const t = useT()
  const { data, error, reload } = useLoad(useCallback(() => api.roles(), [api]))
  const [adding, setAdding] = useState(false)
  const mayGrant = api.mine.duties.includes('security')
  const revoke = async (h: Holding): Promise<void> => {
    const role = roleName(h.role)
    if (!(await confirm({ title: t('console.revoke'), text: t('console.revokeText', { name: h.name, role }), confirm: t('console.revokeNamed', { role }) }))) return
    try {
      await api.set('Role', { destroy: [h.id] })
      say(t('console.revoked', { name: h.name, role }))
      reload()
    } catch (e) {
      sayError(refusal(e))
    }
  }
  return (
    <>
      <header className={css.head}>
        <h1>{t('console.roles')}</h1>
        <i className={css.spring} />
        {mayGrant && <Button look="primary" icon={Plus} onClick={() => setAdding(true)}>{t('console.grant')}</Button>}
      </header>
      {api.mine.separateRoles && <Banner>{t('console.separate')}</Banner>}
      {error ? (
        <Failure error={asSyncError(error)} retry={reload} />
      ) : !data ? (
        <Skeleton lines={5} />
      ) : data.length === 0 ? (
        <Empty icon={ShieldAlert} title={t('console.noRoles')} />
      ) : (
        <ul className={css.rows}>
          {data.map((h) => (
            <li key={h.id} className={css.line}>
              <span className={css.who}>
                <span lang={guessLanguage(h.name)}>{h.name}</span>
                <small>{h.email}</small>
              </span>
              <span className={css.post}>
                <span>{roleName(h.role)}</span>
                <small>{h.unitId ? unitPath(office.units, h.unitId) : t('console.whole')}</small>
              </span>
              <small className={css.since}>{h.grantedBy ? t('console.grantedBy', { name: h.grantedBy, date: listDate(h.grantedAt) }) : t('console.grantedHere', { date: listDate(h.grantedAt) })}</small>
              <span className={css.acts}>{mayGrant && <IconButton icon={Trash2} label={t('console.revokeFrom', { name: h.name, role: roleName(h.role) })} onClick={() => void revoke(h)} />}</span>
            </li>
          ))}
        </ul>
      )}
      {adding && <GrantForm api={api} office={office} onClose={() => setAdding(false)} reload={reload} />}
    </>
  )
}

function GrantForm({ api, office, onClose, reload }: PartProps & { onClose: () => void }) {
  const t = useT()
  const [person, setPerson] = useState<Picked | null>(null)
  const [role, setRole] = useState('unit')
  const [unit, setUnit] = useState<string | null>(null)
  const [error, setError] = useState<string>()
  const kind = api.mine.roles.find((r) => r.role === role)
  const save = async (): Promise<void> => {
    if (!person) return setError(t('console.needPerson'))
    if (kind?.scope === 'subtree' && !unit) return setError(t('console.needUnit'))
    try {
      await api.set('Role', { create: { new: { role, email: person.email, unitId: kind?.scope === 'whole' ? null : unit } } })
      say(t('console.granted', { name: person.name, role: roleName(role) }))
      reload()
      onClose()
    } catch (e) {
      setError(asSyncError(e).type === 'invalidProperties' ? t('console.error.noSuchPerson') : refusal(e))
    }
  }
  return (
    <FormDialog title={t('console.grant')} act={t('console.grantNow')} error={error} onSave={save} onClose={onClose}>
      <Suspense fallback={<span />}>
        <PersonPick api={api} label={t('console.person')} value={person} onChange={(p) => { setPerson(p); setError(undefined) }} />
      </Suspense>
      <Choice label={t('console.role')} value={role} options={api.mine.roles.map((r) => [r.role, roleName(r.role)] as const)} onChange={(r) => { setRole(r); setError(undefined) }} />
      <p className={css.sub}>{roleHint(role)}</p>
      {kind && kind.scope !== 'whole' && <UnitSelect label={t('console.unitBelow')} units={office.units} value={unit} {...(kind.scope === 'anywhere' ? { empty: t('console.whole') } : {})} onChange={setUnit} />}
    </FormDialog>
  )
}
