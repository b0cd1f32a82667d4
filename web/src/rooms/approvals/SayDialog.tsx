import { useId, useState } from 'react'
import type { EmailAddress } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { Banner } from '~/kit/ui/Banner'
import { Button } from '~/kit/ui/Button'
import { Dialog } from '~/kit/ui/Dialog'
import type { Suggestion } from '~/rooms/mail/compose/suggest'
import type { MailEngine } from '~/rooms/mail/engine'
import css from './Approvals.module.css'
import { PersonField } from './PersonField'

/** What the server takes of a note, in bytes; a letter of a script of East Asia has three. */
const MAX_NOTE = 650

interface Props {
  engine: MailEngine
  what: 'refuse' | 'pass'
  review: boolean
  title: string
  /** Returns what is wrong; the dialog stays open then. */
  onSay: (note: string, to: EmailAddress | null) => Promise<string | undefined>
  onClose: () => void
}

/** The words that go with a refusal, or to whom a case is passed on. */
export default function SayDialog({ engine, what, review, title, onSay, onClose }: Props) {
  const t = useT()
  const id = useId()
  const [note, setNote] = useState('')
  const [to, setTo] = useState<Suggestion | null>(null)
  const [error, setError] = useState<string>()
  const [busy, setBusy] = useState(false)
  const passing = what === 'pass'
  const save = async (): Promise<void> => {
    if (busy) return
    if (passing ? !to : !note.trim()) return setError(t(passing ? 'approvals.pass.who' : 'approvals.needNote'))
    setBusy(true)
    const told = await onSay(note.trim(), to)
    setBusy(false)
    if (told) setError(passing ? `${told} ${t('approvals.pass.hint')}` : told)
    else onClose()
  }
  return (
    <Dialog
      title={t(passing ? 'approvals.pass.title' : review ? 'approvals.return.title' : 'approvals.refuse.title')}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('act.cancel')}</Button>
          <Button look="primary" type="submit" form={id} busy={busy}>
            {t(passing ? 'approvals.pass' : review ? 'approvals.return' : 'approvals.refuse')}
          </Button>
        </>
      }
    >
      <form id={id} className={css.form} noValidate onSubmit={(e) => { e.preventDefault(); void save() }}>
        {error && <Banner kind="danger" live>{error}</Banner>}
        <p>{title}</p>
        {passing && <PersonField engine={engine} label={t('approvals.pass.to')} hint={t('approvals.pass.find')} value={to} onChange={(p) => { setTo(p); setError(undefined) }} />}
        <label className={css.area}>
          <span>{t(passing ? 'approvals.note.optional' : 'approvals.note')}</span>
          <textarea rows={4} maxLength={MAX_NOTE} value={note} autoFocus={!passing} onChange={(e) => { setNote(e.target.value); setError(undefined) }} />
        </label>
        {!passing && <small>{t('approvals.note.hint')}</small>}
      </form>
    </Dialog>
  )
}
