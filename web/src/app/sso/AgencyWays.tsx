import { useEffect, useState } from 'react'
import { useT } from '~/kit/i18n'
import { Button } from '~/kit/ui/Button'
import door from '../SignIn.module.css'
import { goTo, readWays, type Way } from './agency'
import css from './AgencyWays.module.css'

/** The agency's own providers, where there are any: one signs in there and comes back. */
export default function AgencyWays() {
  const t = useT()
  const [ways, setWays] = useState<Way[]>([])
  const [busy, setBusy] = useState('')
  const [failed, setFailed] = useState(false)
  useEffect(() => {
    // Without the list one signs in by the password, as where there is no provider.
    void readWays().then(setWays, () => undefined)
  }, [])
  if (ways.length === 0) return null
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
