import { useState } from 'react'
import { RULEBOOK, type GetResponse, type Regulation } from '~/api/jmap'
import type { RoomProps } from '~/app/rooms'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { say, sayError } from '~/kit/undo'
import { Button } from '~/kit/ui/Button'
import { Dialog } from '~/kit/ui/Dialog'
import { errorText } from '~/kit/ui/states'
import css from './Regulations.module.css'
import { Read, useReading } from './Read'

/** The regulations of the house as the person has them. */
export async function readRegulations(engine: RoomProps['engine']): Promise<Regulation[]> {
  return (await engine.transport.call<GetResponse<Regulation>>('Regulation/get', { accountId: engine.session.primaryAccounts[RULEBOOK] ?? '', ids: null })).list
}

/** Gives the person's word for one. */
export async function acceptRegulation(engine: RoomProps['engine'], r: Regulation): Promise<void> {
  await engine.transport.call('Regulation/accept', { accountId: engine.session.primaryAccounts[RULEBOOK] ?? '', versionIds: [r.versionId] })
}

/** One text after the other, each read to its end and accepted. */
export function AcceptDialog({ engine, list, onClose }: RoomProps & { list: Regulation[]; onClose: () => void }) {
  const t = useT()
  const [busy, setBusy] = useState(false)
  const { now, read, onRead, place, next } = useReading(list)
  const accept = async (r: Regulation): Promise<void> => {
    setBusy(true)
    try {
      await acceptRegulation(engine, r)
      if (r !== list.at(-1)) next()
      else {
        say(t('regulations.accepted'))
        onClose()
      }
    } catch (e) {
      sayError(errorText(t, asSyncError(e)))
    }
    setBusy(false)
  }
  if (!now) return null
  return (
    // Only its buttons close it: a press beside it is no decision.
    <Dialog wide role="alertdialog" title={[t('regulations.ask'), place].filter(Boolean).join(' · ')} onClose={onClose} footer={
      <>
        <Button onClick={onClose}>{t('regulations.later')}</Button>
        <Button look="primary" busy={busy} disabled={!read} onClick={() => void accept(now)}>{t('regulations.accept')}</Button>
      </>
    }>
      <Read r={now} onRead={onRead} />
      {!read && <p className={css.meta}>{t('regulations.readOn')}</p>}
    </Dialog>
  )
}
