import { useState } from 'react'
import { useT, type Key } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { errorText } from '~/kit/ui/states'
import { askHelp, askReset } from '../session'
import css from '../SignIn.module.css'

/** For who cannot sign in: a link to the second address, or a word to the administrator. The answers are the same for every address. */
export default function HelpIn({ address, onBack }: { address: string; onBack: () => void }) {
  const t = useT()
  const [who, setWho] = useState(address)
  const [note, setNote] = useState('')
  const [busy, setBusy] = useState(false)
  const [sent, setSent] = useState<Key>()
  const [error, setError] = useState<string>()
  const send = async (said: Key, go: () => Promise<void>): Promise<void> => {
    if (!who.trim()) return setError(t('help.missing'))
    setBusy(true)
    setError(undefined)
    try {
      await go()
      setSent(said)
    } catch (err) {
      const e = asSyncError(err)
      setError(e.type === 'tooMany' ? t('signIn.tooMany') : errorText(t, e))
    }
    setBusy(false)
  }
  const link = (): Promise<void> => send('help.linkSent', () => askReset(who.trim()))
  const back = (
    <Button look="quiet" onClick={onBack}>
      {t('help.back')}
    </Button>
  )
  if (sent)
    return (
      <div className={css.form} role="status">
        <p className={css.say}>{t(sent)}</p>
        {back}
      </div>
    )
  return (
    <form className={css.form} onSubmit={(e) => { e.preventDefault(); void link() }} noValidate>
      <Field label={t('help.address')} name="address" type="email" autoComplete="username" inputMode="email" autoCapitalize="none" spellCheck={false} autoFocus value={who} error={error} onChange={(e) => { setWho(e.target.value); setError(undefined) }} />
      <p className={css.hint}>{t('help.link.hint')}</p>
      <Button look="primary" type="submit" busy={busy} className={css.submit}>
        {t('help.link')}
      </Button>
      <p className={css.hint}>{t('help.text')}</p>
      <Field label={t('help.note')} hint={t('help.note.hint')} name="note" maxLength={150} autoComplete="off" value={note} onChange={(e) => setNote(e.target.value)} />
      <Button busy={busy} className={css.submit} onClick={() => void send('help.sent', () => askHelp(who.trim(), note.trim()))}>
        {t('help.send')}
      </Button>
      {back}
    </form>
  )
}
