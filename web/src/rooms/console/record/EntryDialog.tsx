import type { AuditEntry } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { Button } from '~/kit/ui/Button'
import { Dialog } from '~/kit/ui/Dialog'
import { actName } from '../data'
import { changesOf, memberName, moment } from './changes'
import css from './Record.module.css'
import { endName, zoneName } from './words'

/** One entry with all there is of it, and what it changed as it was and as it is. */
export function EntryDialog({ entry: e, onClose }: { entry: AuditEntry; onClose: () => void }) {
  const t = useT()
  const changes = changesOf(e)
  const facts: [string, string][] = [
    [t('console.when'), moment(e.at)],
    [t('record.who'), e.email || '—'],
    ...(e.post ? [[t('record.post'), e.post] as [string, string]] : []),
    [t('record.object'), [e.name, e.object].filter(Boolean).join(' · ')],
    [t('record.result'), endName(e.result)],
    ...(e.rule ? [[t('record.rule'), e.rule] as [string, string]] : []),
    [t('console.where'), [e.peer, zoneName(e.zone), e.door].filter(Boolean).join(' · ') || t('record.here')],
    ...(e.machine ? [[t('record.machine'), e.machine] as [string, string]] : []),
    [t('record.number'), `${e.id} · ${e.verb}`],
  ]
  return (
    <Dialog title={actName(e.verb)} wide onClose={onClose} footer={<Button look="primary" onClick={onClose}>{t('act.close')}</Button>}>
      <dl className={css.facts}>
        {facts.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd lang={guessLanguage(value)}>{value}</dd>
          </div>
        ))}
      </dl>
      {changes.length > 0 && (
        <table className={css.changes}>
          <thead>
            <tr><th scope="col">{t('record.member')}</th><th scope="col">{t('record.before')}</th><th scope="col">{t('record.after')}</th></tr>
          </thead>
          <tbody>
            {changes.map((c) => (
              <tr key={c.member}>
                <th scope="row">{memberName(c.member)}</th>
                <td lang={guessLanguage(c.before)}>{c.before || '—'}</td>
                <td lang={guessLanguage(c.after)}>{c.after || '—'}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Dialog>
  )
}
