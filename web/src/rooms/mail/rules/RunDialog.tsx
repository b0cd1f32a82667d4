import { useRef, useState } from 'react'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Choice } from '~/kit/ui/controls'
import { Dialog } from '~/kit/ui/Dialog'
import { sayError } from '~/kit/undo'
import { folders } from './ActionRow'
import { runRules, type Place } from './calls'
import css from './Rules.module.css'

interface Progress {
  looked: number
  changed: number
  left: number
  running: boolean
}

/** Applies the rules to letters that are there already: how far it is, and a way to stop. */
export function RunDialog({ place, onClose }: { place: Place; onClose: () => void }) {
  const t = useT()
  const options = folders(place)
  const [box, setBox] = useState(place.account.role('inbox')?.id ?? options[0]?.[0] ?? '')
  const [p, setP] = useState<Progress>()
  const stop = useRef(false)
  const run = async (): Promise<void> => {
    stop.current = false
    let at: Progress = { looked: 0, changed: 0, left: 0, running: true }
    let after: string | null = null
    setP(at)
    try {
      do {
        const r = await runRules(place, box, null, after)
        at = { looked: at.looked + r.looked, changed: at.changed + r.changed, left: r.left, running: r.next !== null }
        after = r.next
        setP(at)
      } while (after !== null && !stop.current)
    } catch (e) {
      sayError(asSyncError(e).message)
    }
    setP({ ...at, running: false })
    place.engine.syncSoon(place.account.id)
  }
  const leave = (): void => {
    stop.current = true
    onClose()
  }
  return (
    <Dialog
      title={t('rules.run')}
      onClose={leave}
      footer={
        <>
          {p?.running ? <Button onClick={() => (stop.current = true)}>{t('rules.stopRun')}</Button> : <Button onClick={leave}>{t('act.close')}</Button>}
          <Button look="primary" busy={p?.running ?? false} onClick={() => void run()}>{t('rules.start')}</Button>
        </>
      }
    >
      <Choice label={t('rules.folder')} value={box} options={options} onChange={setBox} />
      <p className={css.intro}>{t('rules.run.hint')}</p>
      {p && (
        <div className={css.progress}>
          <progress max={Math.max(1, p.looked + p.left)} value={p.looked} aria-label={t('rules.run')} />
          <p role="status">{t(p.running ? 'rules.running' : 'rules.ran', { looked: p.looked, changed: p.changed, left: p.left })}</p>
        </div>
      )}
    </Dialog>
  )
}
