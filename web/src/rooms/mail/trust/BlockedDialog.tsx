import { useEffect, useState } from 'react'
import type { BlockedSender, GetResponse } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Button, IconButton } from '~/kit/ui/Button'
import { Dialog } from '~/kit/ui/Dialog'
import { Field } from '~/kit/ui/controls'
import { Trash2 } from '~/kit/ui/icons'
import { errorText, Skeleton } from '~/kit/ui/states'
import { sayError } from '~/kit/undo'
import { validAddress } from '../compose/draft'
import { useMail } from '../context'
import { block, unblock } from './report'
import css from './Trust.module.css'

/** The senders whose letters go to the junk; each can be taken off, and others put on. */
export default function BlockedDialog({ onClose }: { onClose: () => void }) {
  const t = useT()
  const { engine, account } = useMail()
  const [list, setList] = useState<BlockedSender[] | null>(null)
  const [address, setAddress] = useState('')
  const [bad, setBad] = useState(false)
  const load = async (): Promise<void> => {
    const r = await engine.transport.call<GetResponse<BlockedSender>>('BlockedSender/get', { accountId: account.id, ids: null })
    setList(r.list)
  }
  const fail = (e: unknown): void => void sayError(errorText(t, asSyncError(e)))
  useEffect(() => void load().catch(fail), [engine, account])
  return (
    <Dialog title={t('trust.blocked')} onClose={onClose}>
      <form
        className={css.add}
        noValidate
        onSubmit={(e) => {
          e.preventDefault()
          const wanted = address.trim()
          if (!validAddress(wanted)) return setBad(true)
          void block(engine, account, wanted)
            .then(async (done) => {
              if (!done) return
              setAddress('')
              await load()
            })
            .catch(fail)
        }}
      >
        <Field type="email" label={t('trust.blocked.add')} value={address} error={bad ? t('compose.badRecipient', { address }) : undefined} onChange={(e) => { setAddress(e.target.value); setBad(false) }} />
        <Button type="submit">{t('trust.block')}</Button>
      </form>
      {list === null ? (
        <Skeleton lines={3} />
      ) : list.length === 0 ? (
        <p>{t('trust.blocked.none')}</p>
      ) : (
        <ul className={css.list} aria-label={t('trust.blocked')}>
          {list.map((b) => (
            <li key={b.id}>
              {b.address}
              <IconButton icon={Trash2} label={t('trust.unblock', { address: b.address })} onClick={() => void unblock(engine, account, b.id).then(load).catch(fail)} />
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  )
}
