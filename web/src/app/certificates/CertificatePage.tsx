import { useEffect, useRef, useState } from 'react'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Skeleton } from '~/kit/ui/states'
import { Door } from '../Door'
import { finishCertificate, type NextStep } from '../session'
import { SignInForm } from '../SignInForm'
import css from '../sso/Sso.module.css'
import { addShown, setOut } from './api'
import { reasons } from './reasons'

/** One is back from showing a certificate: signed in by it, or it is registered, or it was not taken. */
export default function CertificatePage({ pass }: { pass: string }) {
  const t = useT()
  const [out] = useState(setOut)
  const [next, setNext] = useState<NextStep | null>(null)
  const [no, setNo] = useState<string>()
  const [added, setAdded] = useState<string>()
  const tried = useRef(false)
  const back = async (): Promise<void> => location.replace(out.from)

  useEffect(() => {
    if (tried.current) return // a pass is good once
    tried.current = true
    const go = async (): Promise<void> => {
      try {
        if (pass.startsWith('failed.')) return setNo(t(reasons[pass.slice(7)] ?? 'cert.no.over'))
        if (out.purpose === 'add') return setAdded(await addShown(pass))
        const more = await finishCertificate(pass)
        if (more && 'ticket' in more) setNext(more)
        else location.replace(out.from)
      } catch (e) {
        const { type } = asSyncError(e)
        const told = await import('../ways/refused').then((m) => m.refusal(type)).catch(() => undefined)
        setNo(told ?? t(reasons[type] ?? 'cert.no.over'))
      }
    }
    void go()
  }, [pass, out, t])

  const end = (title: string, text: string) => (
    <Door title={title}>
      <p className={css.hint}>{text}</p>
      <div className={css.buttons}>
        <Button look="primary" onClick={() => void back()}>
          {t(out.purpose === 'add' ? 'cert.toSettings' : 'cert.toSignIn')}
        </Button>
      </div>
    </Door>
  )
  if (no) return end(t(out.purpose === 'add' ? 'cert.notAdded' : 'cert.notIn'), no)
  if (added !== undefined) return end(t('cert.added'), t('cert.addedText', { name: added }))
  return <Door title={t('signIn.title')}>{next ? <SignInForm begun={next} onDone={back} /> : <Skeleton lines={2} />}</Door>
}
