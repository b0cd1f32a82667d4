import { useState, type FormEvent } from 'react'
import { useT } from '~/kit/i18n'
import { composing } from '~/kit/keys/ime'
import { Banner } from '~/kit/ui/Banner'
import { Button } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import css from '../SignIn.module.css'

interface Props {
  /** What a password must be, as the server says. */
  options: unknown
  busy: boolean
  error: string | undefined
  onError: (text: string | undefined) => void
  onAnswer: (password: string) => void
}

/** The last step where the password came from somebody else: one of one's own, before anything opens. */
export default function ChoosePassword({ options, busy, error, onError, onAnswer }: Props) {
  const t = useT()
  const [next, setNext] = useState('')
  const [again, setAgain] = useState('')
  const [differ, setDiffer] = useState(false)
  const { minLength = 10, classes = 0 } = (options ?? {}) as { minLength?: number; classes?: number }
  const rule = t(classes ? 'password.ruleMixed' : 'password.rule', { count: minLength, kinds: classes })
  // Within the form of the sign-in, which is one already.
  const send = (e?: FormEvent): void => {
    e?.preventDefault()
    if ([...next].length < minLength) return onError(rule)
    if (next !== again) return setDiffer(true)
    onAnswer(next)
  }
  const typed = (set: (text: string) => void) => (e: { target: { value: string } }) => {
    set(e.target.value)
    setDiffer(false)
    onError(undefined)
  }
  return (
    <>
      <Banner>{t('life.choose')}</Banner>
      <Field label={t('password.new')} hint={rule} name="new-password" type="password" autoComplete="new-password" autoFocus value={next} error={error} onChange={typed(setNext)} onKeyDown={(e) => e.key === 'Enter' && !composing(e) && send(e)} />
      <Field label={t('password.again')} name="new-password-again" type="password" autoComplete="new-password" value={again} error={differ ? t('password.differ') : undefined} onChange={typed(setAgain)} onKeyDown={(e) => e.key === 'Enter' && !composing(e) && send(e)} />
      <Button look="primary" className={css.submit} busy={busy} onClick={() => send()}>
        {t('life.chooseNow')}
      </Button>
    </>
  )
}
