import { useEffect, useRef, useState } from 'react'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Skeleton } from '~/kit/ui/states'
import { finishIn, type NextStep } from '../session'
import { SignInForm } from '../SignInForm'
import { cameFrom } from './agency'
import { Door } from '../Door'
import css from './Sso.module.css'

/** One is back from the agency's own provider: in at once, or by a second factor, or not at all. */
export default function InPage({ pass }: { pass: string }) {
  const t = useT()
  const [next, setNext] = useState<NextStep | null>(null)
  const [no, setNo] = useState<string>()
  const tried = useRef(false)
  const done = async (): Promise<void> => location.replace(cameFrom())

  useEffect(() => {
    if (tried.current) return // a pass is good once
    tried.current = true
    const finish = async (): Promise<void> => {
      if (pass.startsWith('failed.')) return setNo(t(pass.endsWith('.forbidden') ? 'agency.nobody' : pass.endsWith('.unavailable') ? 'agency.down' : 'agency.over'))
      try {
        const more = await finishIn(pass)
        if (more && 'ticket' in more) setNext(more)
        else await done()
      } catch (e) {
        const { type } = asSyncError(e)
        const told = await import('../ways/refused').then((m) => m.refusal(type)).catch(() => undefined)
        setNo(told ?? t('agency.over'))
      }
    }
    void finish()
  }, [pass, t])

  if (no)
    return (
      <Door title={t('agency.not')}>
        <p className={css.hint}>{no}</p>
        <div className={css.buttons}>
          <Button look="primary" onClick={() => location.replace(cameFrom())}>
            {t('agency.back')}
          </Button>
        </div>
      </Door>
    )
  if (next)
    return (
      <Door title={t('signIn.title')}>
        <SignInForm begun={next} onDone={done} />
      </Door>
    )
  return (
    <Door title={t('signIn.title')}>
      <Skeleton lines={2} />
    </Door>
  )
}
