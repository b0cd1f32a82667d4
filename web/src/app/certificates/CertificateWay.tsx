import { useState } from 'react'
import { useT } from '~/kit/i18n'
import { Button } from '~/kit/ui/Button'
import door from '../SignIn.module.css'
import ways from '../sso/AgencyWays.module.css'
import type { Ways } from '../ways/offer'
import { showCertificate, signByCard } from './api'

/** Signing in by a certificate or a card, where it counts: the browser asks for it on a page of its own, or the card's program signs a text. */
export default function CertificateWay({ ways: { certificate, card } }: { ways: Ways }) {
  const t = useT()
  const [busy, setBusy] = useState(false)
  const [failed, setFailed] = useState(false)
  const go = async (): Promise<void> => {
    setBusy(true)
    setFailed(false)
    try {
      await showCertificate('in')
    } catch {
      setFailed(true)
      setBusy(false)
    }
  }
  return (
    <div className={ways.ways}>
      {failed && (
        <p className={door.notice} role="alert">
          {t('error.offline')}
        </p>
      )}
      {certificate && (
        <Button busy={busy} onClick={() => void go()}>
          {t('cert.way')}
        </Button>
      )}
      {card && <Button onClick={() => signByCard('in')}>{t('cert.card')}</Button>}
    </div>
  )
}
