import { useRef, useState } from 'react'
import { useT } from '~/kit/i18n'
import { Button } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import css from './Card.module.css'
import { CardError, PROGRAM, runsHere, signByProgram } from './program'

interface Props {
  text: string
  busy: boolean
  label: string
  /** Hands the signature over. */
  onSigned: (signature: string) => Promise<void>
}

/** One's card signs the line: its own program does it, in a window that it opens. */
export function CardProgram({ text, busy, label, onSigned }: Props) {
  const t = useT()
  const [no, setNo] = useState<CardError>()
  const [waits, setWaits] = useState(false)
  const pin = useRef<HTMLInputElement>(null)
  if (!runsHere()) return <p className={css.hint}>{t('cert.program.phone')}</p>
  const sign = async (): Promise<void> => {
    const given = pin.current?.value ?? ''
    if (!given) {
      setNo(new CardError('cert.program.no.noPin'))
      return pin.current?.focus()
    }
    setWaits(true)
    setNo(undefined)
    try {
      const signature = await signByProgram(text, given)
      if (pin.current) pin.current.value = ''
      await onSigned(signature)
    } catch (e) {
      if (pin.current) pin.current.value = '' // a wrong one is not tried twice by mistake: the card counts
      setNo(e instanceof CardError ? e : new CardError('cert.program.no.failed'))
      pin.current?.focus()
    } finally {
      setWaits(false)
    }
  }
  const told = no && (no.code ? t('cert.program.number', { text: t(no.why), code: no.code }) : t(no.why))
  return (
    <form className={css.form} noValidate onSubmit={(e) => { e.preventDefault(); void sign() }}>
      <p className={css.hint}>{t('cert.program.hint')}</p>
      <Field ref={pin} label={t('cert.program.pin')} type="password" autoComplete="off" maxLength={64} error={told} />
      {no?.why === 'cert.program.no.site' && (
        <a className={css.save} href={`${PROGRAM}/addDomain?domain=${encodeURIComponent(location.hostname)}`} target="_blank" rel="noreferrer">
          {t('cert.program.allow')}
        </a>
      )}
      <Button type="submit" look="primary" busy={busy || waits}>
        {label}
      </Button>
      {waits && <p className={css.hint} role="status">{t('cert.program.waits')}</p>}
    </form>
  )
}
