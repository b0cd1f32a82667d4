import { useCallback, useEffect, useState } from 'react'
import type { Look } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { readingDate } from '~/kit/i18n/dates'
import { asSyncError } from '~/kit/sync/errors'
import { Banner } from '~/kit/ui/Banner'
import { Button } from '~/kit/ui/Button'
import { errorText } from '~/kit/ui/states'
import { sayError } from '~/kit/undo'
import { useMail } from '../context'

/** Above another's mailbox that one looks into: until when, and that each letter that is read is recorded. */
export default function LookNote() {
  const t = useT()
  const { engine, account } = useMail()
  const [look, setLook] = useState<Look | null>(null)
  const own = engine.accounts[0]?.id ?? ''
  useEffect(() => {
    let gone = false
    setLook(null)
    void engine.transport.call<{ list: Look[] }>('Look/get', { accountId: own, ids: null }).then((r) => !gone && setLook(r.list.find((l) => l.lookInto === account.id) ?? null), () => {})
    return () => {
      gone = true
    }
  }, [engine, account, own])
  const end = useCallback(async (): Promise<void> => {
    try {
      await engine.transport.call('Look/end', { accountId: own, id: look?.id ?? '' })
      location.assign('/mail') // the mailbox is no longer among one's own
    } catch (e) {
      sayError(errorText(t, asSyncError(e)))
    }
  }, [engine, own, look, t])
  if (!look?.until) return null
  return (
    <Banner kind="warning" action={<Button onClick={() => void end()}>{t('review.look.end')}</Button>}>
      {t('review.look', { time: readingDate(look.until) })}
    </Banner>
  )
}
