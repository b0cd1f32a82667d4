import { useEffect, useState, type FormEvent } from 'react'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { errorText } from '~/kit/ui/states'
import { Door } from '../Door'
import { resetPassword } from '../session'
import css from '../SignIn.module.css'

// Read once and taken out of the address: it is a secret, and the history of
// the browser is read by others. What follows # was never sent to anybody.
const token = location.hash.slice(1)

/** Where the letter about a forgotten password leads. */
export default function Reset() {
  const t = useT()
  const [next, setNext] = useState('')
  const [again, setAgain] = useState('')
  const [state, setState] = useState<'ask' | 'busy' | 'done' | 'used'>('ask')
  const [error, setError] = useState<{ again?: boolean; text: string }>()
  useEffect(() => history.replaceState(null, '', '/reset'), [])
  const save = async (e: FormEvent): Promise<void> => {
    e.preventDefault()
    if (!next) return setError({ text: t('life.weak') })
    if (next !== again) return setError({ again: true, text: t('password.differ') })
    setState('busy')
    setError(undefined)
    try {
      await resetPassword(token, next)
      setState('done')
    } catch (err) {
      const e = asSyncError(err)
      if (e.type === 'linkUsed') return setState('used')
      setError({ text: e.type === 'weakPassword' ? t('life.weak') : e.type === 'tooMany' ? t('signIn.tooMany') : errorText(t, e) })
      setState('ask')
    }
  }
  const typed = (set: (text: string) => void) => (e: { target: { value: string } }) => {
    set(e.target.value)
    setError(undefined)
  }
  return (
    <Door title={t('reset.title')}>
      {state === 'done' || state === 'used' ? (
        <div className={css.form} role="status">
          <p className={css.say}>{t(state === 'done' ? 'reset.done' : 'reset.used')}</p>
          <Button look="primary" className={css.submit} onClick={() => location.assign('/')}>
            {t('reset.signIn')}
          </Button>
        </div>
      ) : (
        <form className={css.form} onSubmit={(e) => void save(e)} noValidate>
          <Field label={t('password.new')} name="new-password" type="password" autoComplete="new-password" autoFocus value={next} error={error && !error.again ? error.text : undefined} onChange={typed(setNext)} />
          <Field label={t('password.again')} name="new-password-again" type="password" autoComplete="new-password" value={again} error={error?.again ? error.text : undefined} onChange={typed(setAgain)} />
          <Button look="primary" type="submit" className={css.submit} busy={state === 'busy'}>
            {t('reset.save')}
          </Button>
        </form>
      )}
    </Door>
  )
}
