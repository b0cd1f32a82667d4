import { useCallback, useEffect, useState } from 'react'
import type { SecondAddressAnswer } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { say } from '~/kit/undo'
import { Button } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { confirm } from '~/kit/ui/Dialog'
import { Group } from '~/kit/ui/Group'
import { errorText } from '~/kit/ui/states'
import type { SecurityApi } from './api'
import css from './Security.module.css'

/** An address elsewhere, for when one cannot sign in: registered by a code that is sent there. */
export default function SecondAddress({ api, change }: { api: SecurityApi; change: (act: () => Promise<unknown>) => Promise<void> }) {
  const t = useT()
  const [now, setNow] = useState<SecondAddressAnswer>()
  const [email, setEmail] = useState('')
  const [code, setCode] = useState('')
  const [error, setError] = useState<string>()
  const read = useCallback(() => api.second().then(setNow, () => setNow(undefined)), [api])
  useEffect(() => void read(), [read])
  if (!now?.offered) return null
  // What is refused for what was typed is told at the field; a fresh sign-in is asked for by `change`.
  const act = (words: Record<string, string>, run: () => Promise<unknown>): Promise<void> =>
    change(async () => {
      setError(undefined)
      try {
        await run()
      } catch (err) {
        const e = asSyncError(err)
        if (e.type === 'stepUpNeeded') throw err
        return setError(words[e.type] ?? errorText(t, e))
      }
      await read()
    })
  const add = (): Promise<void> => act({ ownAddress: t('second.own'), invalidArguments: t('second.bad'), invalidProperties: t('second.bad') }, () => api.addSecond(email.trim()).then(() => setCode('')))
  const check = (): Promise<void> => act({ wrongCode: t('second.wrong') }, () => api.confirmSecond(code.trim()).then(() => { setEmail(''); say(t('second.added')) }))
  const remove = async (): Promise<void> => {
    if (await confirm({ title: t('second.remove'), text: t('second.removeText', { address: now.email ?? '' }), confirm: t('second.remove') })) await act({}, () => api.removeSecond().then(() => say(t('second.removed'))))
  }
  return (
    <Group title={t('second.title')} hint={t('second.hint')}>
      {now.email && (
        <ul className={css.list}>
          <li>
            <span className={css.name}>{now.email}</span>
            <Button look="quiet" onClick={() => void remove()}>{t('second.remove')}</Button>
          </li>
        </ul>
      )}
      {now.pending ? (
        <form className={css.add} onSubmit={(e) => { e.preventDefault(); void check() }} noValidate>
          <Field label={t('second.code', { address: now.pending })} name="second-code" inputMode="numeric" autoComplete="one-time-code" value={code} error={error} onChange={(e) => { setCode(e.target.value); setError(undefined) }} />
          <Button type="submit">{t('second.confirm')}</Button>
        </form>
      ) : (
        <form className={css.add} onSubmit={(e) => { e.preventDefault(); void add() }} noValidate>
          <Field label={t(now.email ? 'second.other' : 'second.email')} name="second-address" type="email" autoComplete="email" value={email} error={error} onChange={(e) => { setEmail(e.target.value); setError(undefined) }} />
          <Button type="submit">{t('second.send')}</Button>
        </form>
      )}
    </Group>
  )
}
