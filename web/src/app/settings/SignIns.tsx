import { useEffect, useState } from 'react'
import type { SignInObject } from '~/api/types.gen'
import { SIGNINS, type GetResponse } from '~/api/jmap'
import { language, useT, type Key } from '~/kit/i18n'
import { fullDate, readingDate } from '~/kit/i18n/dates'
import { asSyncError, type SyncError } from '~/kit/sync/errors'
import { CircleAlert, CircleCheck } from '~/kit/ui/icons'
import { Empty, Failure, Skeleton } from '~/kit/ui/states'
import type { RoomProps } from '../rooms'
import css from './SignIns.module.css'

// The web page and programs are told apart by what people call them.
const doors: Record<string, Key> = { http: 'signins.web', imap: 'signins.imap', pop: 'signins.pop', dav: 'signins.dav', ldap: 'signins.ldap', submission: 'signins.smtp', submissions: 'signins.smtp' }

// What the server finds odd about a sign-in (K22).
const odd: Record<string, Key> = { newNetwork: 'signins.newNetwork', tooFast: 'signins.tooFast', refused: 'signins.afterFailures' }

// The number of a machine's certificate is for auditors.
const numbered = /, number [0-9a-f]+$/

const joined = (words: string[]): string => new Intl.ListFormat(language(), { type: 'conjunction' }).format(words)

/** When, from where and by what somebody signed in to this account, and who tried (K21). */
export default function SignIns({ engine }: RoomProps) {
  const t = useT()
  const [list, setList] = useState<SignInObject[]>()
  const [error, setError] = useState<SyncError | null>(null)
  const [attempt, setAttempt] = useState(0)
  const accountId = engine.session.primaryAccounts[SIGNINS] ?? ''
  useEffect(() => {
    let gone = false
    engine.transport
      .call<GetResponse<SignInObject>>('SignIn/get', { accountId, ids: null })
      .then((r) => !gone && (setList(r.list), setError(null)), (e: unknown) => !gone && setError(asSyncError(e)))
    return () => {
      gone = true
    }
  }, [engine, accountId, attempt])
  if (error) return <Failure error={error} retry={() => setAttempt((n) => n + 1)} />
  if (!list) return <Skeleton lines={6} />
  if (list.length === 0) return <Empty icon={CircleCheck} title={t('signins.none')} />
  return (
    <>
      <p className={css.intro}>{t('signins.hint')}</p>
      <ul className={css.list}>
        {list.map((s) => {
          const door = doors[s.door]
          const good = s.result === 'ok'
          const Mark = good ? CircleCheck : CircleAlert
          return (
            <li key={s.id} data-refused={!good || undefined}>
              <Mark size={18} strokeWidth={1.75} aria-hidden />
              <div>
                <b>{t(good ? 'signins.ok' : 'signins.refused')}</b>
                <span>{door ? t(door) : s.door}</span>
                <span data-own>
                  {s.peer} · {t(s.inner ? 'signins.inner' : 'signins.outer')}
                </span>
                {s.machine && <span data-own data-tip={s.machine}>{t('signins.machine', { name: s.machine.replace(numbered, '') })}</span>}
                {s.odd.length > 0 && (
                  <span data-odd>{t('signins.odd', { what: joined(s.odd.flatMap((o) => (odd[o] ? [t(odd[o])] : []))) })}</span>
                )}
              </div>
              <time dateTime={s.at} data-tip={fullDate(s.at)}>
                {readingDate(s.at)}
              </time>
            </li>
          )
        })}
      </ul>
    </>
  )
}
