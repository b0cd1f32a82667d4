import { useState } from 'react'
import type { AuditCheckpoint, AuditState } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { sayError } from '~/kit/undo'
import { Banner } from '~/kit/ui/Banner'
import { Button } from '~/kit/ui/Button'
import { refusal, type AdminApi } from '../data'
import { moment } from './changes'
import css from './Record.module.css'

/** Whether the record was found whole, and when; until where it is signed, to be kept elsewhere. */
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
  const signed = state?.checkpoint
  const act = <Button look="quiet" busy={busy} onClick={() => void check()}>{t('record.check')}</Button>
  return (
    <>
      {c?.fault && (
        <Banner kind="danger" live>
          {c.broken ? t('record.broken', { entry: c.broken, when: moment(c.at) }) : t('record.papers', { when: moment(c.at) })} {act}
        </Banner>
      )}
      <p className={css.chain}>
        {!c?.fault && (
          <>
            <span role="status">{!state ? '' : c ? t('record.whole', { count: c.entries, when: moment(c.at) }) : t('record.unchecked')}</span>
            {act}
          </>
        )}
        {signed && (
          <>
            <span>{t('record.signed', { count: signed.entries, when: moment(signed.at) })}</span>
            <Button look="quiet" onClick={() => keep(signed)}>{t('record.keep')}</Button>
          </>
        )}
      </p>
    </>
  )
}

/** Saves a checkpoint as a file that `chancery audit verify --checkpoint` takes. */
function keep(c: AuditCheckpoint): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([c.note], { type: 'text/plain' }))
  link.download = `audit-${c.entries}.checkpoint`
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
