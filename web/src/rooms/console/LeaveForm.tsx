import { Suspense, lazy, useState } from 'react'
import type { PersonRecord } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { say } from '~/kit/undo'
import css from './Console.module.css'
import { refusal, type AdminApi } from './data'
import { FormDialog } from './FormDialog'
import type { Picked } from './PersonPick'

const PersonPick = lazy(() => import('./PersonPick'))

/** Somebody leaves: everything ends at once, and another may take the mailbox over. */
export function LeaveForm({ api, person, onDone, onClose }: { api: AdminApi; person: PersonRecord; onDone: () => void; onClose: () => void }) {
  const t = useT()
  const [heir, setHeir] = useState<Picked | null>(null)
  const [error, setError] = useState<string>()
  const { name } = person
  const leave = async (): Promise<void> => {
    try {
      await api.leave(person.id, heir?.email ?? null)
      say(heir ? t('leave.handedOver', { name, successor: heir.name }) : t('console.removed', { name }))
      onDone()
      onClose()
    } catch (e) {
      const type = asSyncError(e).type
      setError(type === 'ownHandover' ? t('leave.own') : type === 'badSuccessor' ? t('leave.bad') : refusal(e))
    }
  }
  return (
    <FormDialog title={t('console.removePerson')} act={t('console.removeNamed', { name })} error={error} onSave={leave} onClose={onClose}>
      <p>{t('leave.text', { name })}</p>
      <Suspense fallback={<span />}>
        <PersonPick api={api} label={t('leave.successor')} value={heir} but={person.id} onChange={(p) => { setHeir(p); setError(undefined) }} />
      </Suspense>
      <p className={css.sub}>{t('leave.hint')}</p>
    </FormDialog>
  )
}
