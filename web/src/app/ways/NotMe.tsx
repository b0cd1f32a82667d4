import { useEffect, useState } from 'react'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { errorText } from '~/kit/ui/states'
import { Door } from '../Door'
import { disown } from '../session'
import css from '../SignIn.module.css'

// Read once and taken out of the address: it is a secret, and the history of
// the browser is read by others. What follows # was never sent to anybody.
const token = location.hash.slice(1)

/** Where the letter about a new device leads: it asks before it locks, since programs follow links too. */
export default function NotMe() {
  const t = useT()
  const [state, setState] = useState<'ask' | 'busy' | 'done' | 'used'>('ask')
  const [error, setError] = useState<string>()
  useEffect(() => history.replaceState(null, '', '/not-me'), [])
  const confirm = async (): Promise<void> => {
    setState('busy')
    setError(undefined)
    try {
      await disown(token)
      setState('done')
    } catch (err) {
      const e = asSyncError(err)
      if (e.type === 'linkUsed') return setState('used')
      setError(e.type === 'tooMany' ? t('signIn.tooMany') : errorText(t, e))
      setState('ask')
    }
  }
  return (
    <Door title={t('notMe.title')}>
      <div className={css.form} role={state === 'done' || state === 'used' ? 'status' : undefined}>
        {state === 'done' || state === 'used' ? (
          <>
            <p className={css.say}>{t(state === 'done' ? 'notMe.done' : 'notMe.used')}</p>
            {state === 'done' && <p>{t('notMe.next')}</p>}
            <Button className={css.submit} onClick={() => location.assign('/')}>
              {t('notMe.signIn')}
            </Button>
          </>
        ) : (
          <>
            <p>{t('notMe.text')}</p>
            <p className={css.hint}>{t('notMe.me')}</p>
            {error && (
              <p className={css.wrong} role="alert">
                {error}
              </p>
            )}
            <Button look="danger" className={css.submit} busy={state === 'busy'} onClick={() => void confirm()}>
              {t('notMe.confirm')}
            </Button>
          </>
        )}
      </div>
    </Door>
  )
}
