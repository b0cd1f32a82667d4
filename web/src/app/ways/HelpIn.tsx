import { useState, type FormEvent } from 'react'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { errorText } from '~/kit/ui/states'
import { askHelp } from '../session'
import css from '../SignIn.module.css'

/** For who cannot sign in: a word to the administrator. The answer is the same for every address. */
export default function HelpIn({ address, onBack }: { address: string; onBack: () => void }) {
  const t = useT()
  const [who, setWho] = useState(address)
  const [note, setNote] = useState('')
  const [state, setState] = useState<'ask' | 'busy' | 'sent'>('ask')
  const [error, setError] = useState<string>()
  const send = async (e: FormEvent): Promise<void> => {
    e.preventDefault()
    if (!who.trim()) return setError(t('signIn.missing'))
    setState('busy')
    setError(undefined)
    try {
      await askHelp(who.trim(), note.trim())
      setState('sent')
    } catch (err) {
      const e = asSyncError(err)
      setError(e.type === 'tooMany' ? t('signIn.tooMany') : errorText(t, e))
      setState('ask')
    }
  }
  const back = (
    <Button look="quiet" onClick={onBack}>
      {t('help.back')}
    </Button>
  )
  if (state === 'sent')
    return (
      <div className={css.form} role="status">
        <p className={css.say}>{t('help.sent')}</p>
        {back}
      </div>
    )
  return (
    <form className={css.form} onSubmit={(e) => void send(e)} noValidate>
      <p>{t('help.text')}</p>
      <Field label={t('help.address')} name="address" type="email" autoComplete="username" inputMode="email" autoCapitalize="none" spellCheck={false} autoFocus value={who} error={error} onChange={(e) => { setWho(e.target.value); setError(undefined) }} />
      <Field label={t('help.note')} hint={t('help.note.hint')} name="note" maxLength={150} autoComplete="off" value={note} onChange={(e) => setNote(e.target.value)} />
      <Button look="primary" type="submit" busy={state === 'busy'} className={css.submit}>
        {t('help.send')}
      </Button>
      {back}
    </form>
  )
}
