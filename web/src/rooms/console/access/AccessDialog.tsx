import { useCallback } from 'react'
import type { AccountAccess, PersonRecord } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { fullDate } from '~/kit/i18n/dates'
import { asSyncError } from '~/kit/sync/errors'
import { say, sayError } from '~/kit/undo'
import { Button } from '~/kit/ui/Button'
import { confirm, Dialog } from '~/kit/ui/Dialog'
import { Failure, Skeleton } from '~/kit/ui/states'
import css from '../Console.module.css'
import { refusal, useLoad, type AdminApi } from '../data'

interface Line {
  id: string
  name: string
  notes: string[]
}

/** What somebody is signed in with, and the end of one of it or of all. Secrets are not among it. */
export default function AccessDialog({ api, person, onClose }: { api: AdminApi; person: PersonRecord; onClose: () => void }) {
  const t = useT()
  const { data, error, reload } = useLoad(useCallback(() => api.call<AccountAccess>('AccountAccess/get', { personId: person.id }), [api, person.id]))
  const end = async (kind: string, id: string | null): Promise<void> => {
    if (!id && !(await confirm({ title: t('access.endAllTitle', { name: person.name }), text: t('access.endAllText', { name: person.name }), confirm: t('access.endAll') }))) return
    try {
      await api.call('AccountAccess/end', { personId: person.id, kind, id })
      say(t('access.ended'))
    } catch (e) {
      sayError(refusal(e))
    }
    reload()
  }
  const parts: [string, string, Line[]][] = data
    ? [
        ['session', t('access.sessions'), data.sessions.map((s) => ({ id: s.id, name: s.agent, notes: [s.peer, t('access.seen', { when: fullDate(s.seenAt) }), ...(s.twoFactor ? [t('access.two')] : [])] }))],
        ['device', t('access.devices'), data.devices.map((d) => ({ id: d.id, name: d.agent, notes: [d.peer, t('access.first', { when: fullDate(d.firstAt) }), t('access.seen', { when: fullDate(d.seenAt) })] }))],
        ['appPassword', t('access.appPasswords'), data.appPasswords.map((p) => ({ id: p.id, name: p.name, notes: [p.usedFrom, t('access.made', { when: fullDate(p.madeAt) }), ...(p.usedAt ? [t('access.seen', { when: fullDate(p.usedAt) })] : [])] }))],
      ]
    : []
  const some = parts.some(([, , lines]) => lines.length > 0)
  return (
    <Dialog
      wide
      title={t('access.title', { name: person.name })}
      onClose={onClose}
      footer={
        <>
          {some && <Button look="danger" onClick={() => void end('all', null)}>{t('access.endAll')}</Button>}
          <i className={css.spring} />
          <Button look="primary" onClick={onClose}>{t('act.close')}</Button>
        </>
      }
    >
      <div className={css.form}>
        <p className={css.sub}>{t('access.recorded')}</p>
        {error ? <Failure error={asSyncError(error)} retry={reload} /> : !data ? <Skeleton lines={5} /> : parts.map(([kind, title, lines]) => (
          <section key={kind} className={css.group} aria-label={title}>
            <h3 className={css.part}>{title}</h3>
            {lines.length === 0 && <p className={css.sub}>{t('access.none')}</p>}
            <ul className={css.rows}>
              {lines.map((l) => (
                <li key={l.id} className={css.access}>
                  <span className={css.sentence}>
                    <span lang="en">{l.name || t('access.unnamed')}</span>
                    <small>{l.notes.filter(Boolean).join(' · ')}</small>
                  </span>
                  <Button aria-label={t('access.endNamed', { what: l.name || t('access.unnamed') })} onClick={() => void end(kind, l.id)}>{t('access.end')}</Button>
                </li>
              ))}
            </ul>
          </section>
        ))}
      </div>
    </Dialog>
  )
}
