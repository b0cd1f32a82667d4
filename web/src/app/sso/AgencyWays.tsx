import { useState } from 'react'
import { useT } from '~/kit/i18n'
import { Button } from '~/kit/ui/Button'
import door from '../SignIn.module.css'
import type { Way } from '../ways/offer'
import { goTo } from './agency'
import css from './AgencyWays.module.css'

/** The agency's own providers: one signs in there and comes back. */
export default function AgencyWays({ ways }: { ways: readonly Way[] }) {
  const t = useT()
  const [busy, setBusy] = useState('')
  const [failed, setFailed] = useState(false)
  const go = async (id: string): Promise<void> => {
    setBusy(id)
    setFailed(false)
    try {
      await goTo(id)
    } catch {
      setFailed(true)
      setBusy('')
    }
  }
  return (
    <div className={css.ways}>
      <p className={css.or}>{t('agency.or')}</p>
      {failed && (
        <p className={door.notice} role="alert">
          {t('agency.down')}
        </p>
      )}
      {ways.map((w) => (
        <Button key={w.id} busy={busy === w.id} disabled={busy !== ''} onClick={() => void go(w.id)}>
          {t('agency.by', { name: w.name })}
        </Button>
      ))}
    </div>
  )
}
