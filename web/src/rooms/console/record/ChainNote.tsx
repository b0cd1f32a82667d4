import { useState } from 'react'
import type { AuditState } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { sayError } from '~/kit/undo'
import { Banner } from '~/kit/ui/Banner'
import { Button } from '~/kit/ui/Button'
import { refusal, type AdminApi } from '../data'
import { moment } from './changes'
import css from './Record.module.css'

/** Whether the chain of entries was found whole, and when. */
export function ChainNote({ api, state, onChecked }: { api: AdminApi; state: AuditState | null; onChecked: () => void }) {
  const t = useT()
  const [busy, setBusy] = useState(false)
  const check = async (): Promise<void> => {
    setBusy(true)
    try {
      await api.call('AuditEntry/check')
    } catch (e) {
      sayError(refusal(e))
    }
    onChecked()
    setBusy(false)
  }
  const c = state?.checked
  const act = <Button look="quiet" busy={busy} onClick={() => void check()}>{t('record.check')}</Button>
  if (c?.broken) return <Banner kind="danger" live>{t('record.broken', { entry: c.broken, when: moment(c.at) })} {act}</Banner>
  return (
    <p className={css.chain}>
      <span role="status">{!state ? '' : c ? t('record.whole', { count: c.entries, when: moment(c.at) }) : t('record.unchecked')}</span>
      {act}
    </p>
  )
}
