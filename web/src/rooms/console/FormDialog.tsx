import { useId, useState, type ReactNode } from 'react'
import { useT } from '~/kit/i18n'
import { Banner } from '~/kit/ui/Banner'
import { Button } from '~/kit/ui/Button'
import { Dialog } from '~/kit/ui/Dialog'
import css from './Console.module.css'

interface Props {
  title: string
  /** What the button says that saves; "Save" where nothing is said. */
  act?: string
  error: string | undefined
  wide?: boolean
  /** Stands before the buttons. */
  beside?: ReactNode
  onSave: () => Promise<void>
  onClose: () => void
  children: ReactNode
}

/** A form of the console: what is wrong above, Enter saves, and nothing is sent twice. */
export function FormDialog({ title, act, error, wide, beside, onSave, onClose, children }: Props) {
  const t = useT()
  const id = useId()
  const [busy, setBusy] = useState(false)
  const save = async (): Promise<void> => {
    if (busy) return
    setBusy(true)
    await onSave()
    setBusy(false)
  }
  return (
    <Dialog
      title={title}
      {...(wide ? { wide } : {})}
      onClose={onClose}
      footer={
        <>
          {beside}
          <Button onClick={onClose}>{t('act.cancel')}</Button>
          <Button look="primary" type="submit" form={id} busy={busy}>{act ?? t('console.save')}</Button>
        </>
      }
    >
      <form id={id} className={css.form} noValidate onSubmit={(e) => { e.preventDefault(); void save() }}>
        {error && <Banner kind="danger" live>{error}</Banner>}
        {children}
      </form>
    </Dialog>
  )
}
