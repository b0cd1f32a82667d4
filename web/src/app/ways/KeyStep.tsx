import { useEffect, useRef, useState } from 'react'
import { useT } from '~/kit/i18n'
import { Button } from '~/kit/ui/Button'
import css from '../SignIn.module.css'
import { askKey } from './webauthn'

interface Props {
  options: unknown
  error: string | undefined
  busy: boolean
  onAnswer: (answer: string) => void
}

/** Asks for a security key, at once and again when the person wants. */
export default function KeyStep({ options, error, busy, onAnswer }: Props) {
  const t = useT()
  const [failed, setFailed] = useState(false)
  const [waiting, setWaiting] = useState(false)
  const begun = useRef(false)
  const ask = (): void => {
    setFailed(false)
    setWaiting(true)
    askKey(options)
      .then(onAnswer, () => setFailed(true))
      .finally(() => setWaiting(false))
  }
  useEffect(() => {
    if (begun.current) return
    begun.current = true
    ask()
  })
  const wrong = failed ? t('ways.key.failed') : error
  return (
    <>
      <div>
        <p className={css.say}>{t('ways.key')}</p>
        <p className={css.hint}>{t('ways.key.hint')}</p>
        {wrong && (
          <p className={css.wrong} role="alert">
            {wrong}
          </p>
        )}
      </div>
      <Button look="primary" className={css.submit} busy={busy || waiting} onClick={ask}>
        {t('ways.key.ask')}
      </Button>
    </>
  )
}
