import { useState } from 'react'
import type { Factor } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Dialog } from '~/kit/ui/Dialog'
import { Field } from '~/kit/ui/controls'
import { sayError } from '~/kit/undo'
import { makeKey } from '../ways/webauthn'
import type { SecurityApi } from './api'
import css from './Security.module.css'

interface NameProps {
  title: string
  label: string
  example?: string
  hint?: string
  start?: string
  confirm: string
  onClose: () => void
  onName: (name: string) => void
}

/** Asks for the name of a factor. */
function NameDialog({ title, label, example, hint, start = '', confirm, onClose, onName }: NameProps) {
  const t = useT()
  const [name, setName] = useState(start)
  const [error, setError] = useState<string>()
  const send = (): void => (name.trim() ? onName(name.trim()) : setError(t('key.noName')))
  return (
    <Dialog
      title={title}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('act.cancel')}</Button>
          <Button look="primary" type="submit" form="factor-name">
            {confirm}
          </Button>
        </>
      }
    >
      <form id="factor-name" className={css.enrol} onSubmit={(e) => { e.preventDefault(); send() }} noValidate>
        <Field label={label} placeholder={example} {...(hint ? { hint } : {})} value={name} maxLength={30} autoFocus error={error} onChange={(e) => { setName(e.target.value); setError(undefined) }} />
      </form>
    </Dialog>
  )
}

interface AddProps {
  api: SecurityApi
  change: (act: () => Promise<unknown>) => Promise<void>
  onClose: () => void
  onAdded: (codes: string[]) => void
}

/** Sets up a security key or passkey: its name, then the browser asks for it. */
export function AddKey({ api, change, onClose, onAdded }: AddProps) {
  const t = useT()
  const add = async (name: string): Promise<void> => {
    onClose()
    await change(async () => {
      const { id, options } = await api.addKey(name)
      // The browser does not say why there is no answer: the person left off, or the key is known.
      const answer = await makeKey(options).catch(() => null)
      if (!answer) return sayError(t('key.failed'))
      try {
        onAdded(await api.confirmKey(id, answer))
      } catch (err) {
        if (asSyncError(err).type !== 'wrongKey') throw err
        sayError(t('key.refused'))
      }
    })
  }
  return <NameDialog title={t('key.add')} label={t('key.name')} example={t('key.example')} hint={t('key.hint')} confirm={t('key.start')} onClose={onClose} onName={(name) => void add(name)} />
}

/** Gives a factor another name. */
export function Rename({ factor, onClose, onName }: { factor: Factor; onClose: () => void; onName: (name: string) => Promise<void> }) {
  const t = useT()
  return <NameDialog title={t('factor.rename', { name: factor.name })} label={t('factor.name')} start={factor.name} confirm={t('factor.save')} onClose={onClose} onName={(name) => void onName(name)} />
}
