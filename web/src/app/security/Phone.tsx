import { useCallback, useEffect, useState } from 'react'
import type { PhoneAnswer } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { say } from '~/kit/undo'
import { Banner } from '~/kit/ui/Banner'
import { Button } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { confirm } from '~/kit/ui/Dialog'
import { Group } from '~/kit/ui/Group'
import { errorText } from '~/kit/ui/states'
import { Codes } from './Codes'
import type { SecurityApi } from './api'
import css from './Security.module.css'

/** The person's telephone: registered by a code that is sent there, and where wished a second factor. */
export default function Phone({ api, change }: { api: SecurityApi; change: (act: () => Promise<unknown>) => Promise<void> }) {
  const t = useT()
  const [now, setNow] = useState<PhoneAnswer>()
  const [number, setNumber] = useState('')
  const [code, setCode] = useState('')
  const [late, setLate] = useState(false)
  const [error, setError] = useState<string>()
  const [codes, setCodes] = useState<string[]>()
  const read = useCallback(() => api.phone().then(setNow, () => setNow(undefined)), [api])
  useEffect(() => void read(), [read])
  if (!now?.offered) return null
  const words: Record<string, string> = { badNumber: t('phone.bad'), wrongCode: t('phone.wrong'), notSent: t('phone.notSent'), tooManyMessages: t('phone.tooMany') }
  // What is refused for what was typed is told at the field; a fresh sign-in is asked for by `change`.
  const act = (run: () => Promise<unknown>): Promise<void> =>
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
  const add = (): Promise<void> => act(() => api.addPhone(number.trim()).then((sent) => { setCode(''); setLate(sent.late) }))
  const check = (): Promise<void> => act(() => api.confirmPhone(code.trim()).then(() => { setNumber(''); say(t('phone.added')) }))
  const use = (): Promise<void> => act(() => api.usePhone().then((fresh) => { if (fresh.length > 0) setCodes(fresh); else say(t('phone.used')) }))
  const remove = async (): Promise<void> => {
    if (await confirm({ title: t('phone.remove'), text: t('phone.removeText', { number: now.number ?? '' }), confirm: t('phone.remove') })) await act(() => api.removePhone().then(() => say(t('phone.removed'))))
  }
  return (
    <Group title={t('phone.title')} hint={t('phone.hint')}>
      {now.number && (
        <ul className={css.list}>
          <li>
            <span className={css.name}>
              <span>{now.number}</span>
              {now.second && <small>{t('phone.second')}</small>}
            </span>
            <Button look="quiet" onClick={() => void remove()}>{t('phone.remove')}</Button>
          </li>
        </ul>
      )}
      {now.number && now.useful && !now.second && (
        <div className={css.acts}>
          <Button onClick={() => void use()}>{t('phone.use')}</Button>
        </div>
      )}
      {now.pending ? (
        <>
          {late && <Banner kind="warning">{t('phone.late')}</Banner>}
          <form className={css.add} onSubmit={(e) => { e.preventDefault(); void check() }} noValidate>
            <Field label={t('phone.code', { number: now.pending })} name="phone-code" inputMode="numeric" autoComplete="one-time-code" value={code} error={error} onChange={(e) => { setCode(e.target.value); setError(undefined) }} />
            <Button type="submit">{t('phone.confirm')}</Button>
          </form>
        </>
      ) : (
        <form className={css.add} onSubmit={(e) => { e.preventDefault(); void add() }} noValidate>
          <Field label={t(now.number ? 'phone.other' : 'phone.number')} name="phone-number" type="tel" inputMode="tel" autoComplete="tel" value={number} error={error} onChange={(e) => { setNumber(e.target.value); setError(undefined) }} />
          <Button type="submit">{t('phone.send')}</Button>
        </form>
      )}
      {codes && <Codes codes={codes} onClose={() => { setCodes(undefined); void change(async () => {}) }} />}
    </Group>
  )
}
