import { useCallback, useRef, useState } from 'react'
import type { AccountMeans, CertificateAnswer, PersonRecord } from '~/api/jmap'
import { MEANS } from '~/api/jmap'
import { useStepUp } from '~/app/security/stepUp'
import { useT } from '~/kit/i18n'
import { fullDate } from '~/kit/i18n/dates'
import { asSyncError } from '~/kit/sync/errors'
import { say } from '~/kit/undo'
import { Banner } from '~/kit/ui/Banner'
import { Button } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { confirm, Dialog } from '~/kit/ui/Dialog'
import { Failure, Skeleton } from '~/kit/ui/states'
import css from '../Console.module.css'
import { refusal, useLoad, type AdminApi } from '../data'
import { fileText, kindName, refused } from './words'

/** What somebody proves with who they are, changed by a security administrator who saw them. They are told of it. */
export default function MeansDialog({ api, person, onClose }: { api: AdminApi; person: PersonRecord; onClose: () => void }) {
  const t = useT()
  const { run, dialog } = useStepUp()
  const [error, setError] = useState<string>()
  const [phone, setPhone] = useState('')
  const [email, setEmail] = useState('')
  const personId = person.id
  const { data, error: failure, reload } = useLoad(
    useCallback(async () => {
      const [means, certs] = await Promise.all([api.call<AccountMeans>('AccountMeans/get', { personId }), api.call<CertificateAnswer>('AccountCertificate/get', { personId })])
      return { means, certs }
    }, [api, personId]),
  )
  const offer = api.offer(MEANS)
  const act = (method: string, args: object, done: string, after?: () => void): Promise<void> =>
    run(async () => {
      setError(undefined)
      try {
        await api.call(method, { personId, ...args })
      } catch (err) {
        if (asSyncError(err).type === 'stepUpNeeded') throw err
        return setError(refused(asSyncError(err).type) ?? refusal(err))
      }
      setPhone('')
      setEmail('')
      after?.()
      say(done)
      reload()
    })
  const change = (args: object): Promise<void> => act('AccountMeans/change', args, t('means.changed', { name: person.name }))
  const remove = async (what: string, go: () => Promise<void>): Promise<void> => {
    if (await confirm({ title: t('means.removeTitle', { what }), text: t('means.removeText', { name: person.name }), confirm: t('means.remove') })) await go()
  }
  const line = (key: string, name: string, notes: string, go: () => Promise<void>) => (
    <li key={key} className={css.access}>
      <span className={css.sentence}>
        <span>{name}</span>
        <small>{notes}</small>
      </span>
      <Button aria-label={t('means.removeNamed', { what: name })} onClick={() => void remove(name, go)}>{t('means.remove')}</Button>
    </li>
  )
  return (
    <Dialog wide title={t('means.title', { name: person.name })} onClose={onClose} footer={<Button look="primary" onClick={onClose}>{t('act.close')}</Button>}>
      <div className={css.form}>
        <p className={css.sub}>{t('means.told')}</p>
        {error && <Banner kind="danger" live>{error}</Banner>}
        {failure ? <Failure error={asSyncError(failure)} retry={reload} /> : !data ? <Skeleton lines={6} /> : (
          <>
            <section className={css.group} aria-label={t('means.factors')}>
              <h3 className={css.part}>{t('means.factors')}</h3>
              {data.means.factors.length === 0 ? <p className={css.sub}>{t('means.none')}</p> : <p className={css.sub}>{t('means.codes', { count: data.means.recoveryCodes })}</p>}
              <ul className={css.rows}>
                {data.means.factors.map((f) => line(f.id, f.name, [kindName(f.kind), f.usedAt ? t('means.used', { when: fullDate(f.usedAt) }) : ''].filter(Boolean).join(' · '), () => change({ removeFactorId: f.id })))}
              </ul>
            </section>
            {(data.certs.offered || data.certs.signs || data.certs.list.length > 0) && (
              <section className={css.group} aria-label={t('means.certificates')}>
                <h3 className={css.part}>{t('means.certificates')}</h3>
                {data.certs.list.length === 0 && <p className={css.sub}>{t('means.none')}</p>}
                <ul className={css.rows}>
                  {data.certs.list.map((c) => line(c.id, c.name, t('means.of', { issuer: c.issuer, until: fullDate(c.endsAt) }), () => act('AccountCertificate/remove', { id: c.id }, t('means.changed', { name: person.name }))))}
                </ul>
                {(data.certs.offered || data.certs.signs) && <AddCertificate onAdd={(certificate, after) => act('AccountCertificate/add', { certificate }, t('means.changed', { name: person.name }), after)} />}
              </section>
            )}
            {(offer?.['phones'] || data.means.phone) && (
              <section className={css.group} aria-label={t('means.phone')}>
                <h3 className={css.part}>{t('means.phone')}</h3>
                <ul className={css.rows}>{data.means.phone && line('phone', data.means.phone, '', () => change({ phone: '' }))}</ul>
                {!!offer?.['phones'] && (
                  <form className={css.beside} noValidate onSubmit={(e) => { e.preventDefault(); if (phone.trim()) void change({ phone: phone.trim() }) }}>
                    <Field label={t('means.newPhone')} type="tel" autoComplete="off" value={phone} onChange={(e) => { setPhone(e.target.value); setError(undefined) }} />
                    <Button type="submit">{t('means.set')}</Button>
                  </form>
                )}
              </section>
            )}
            {(offer?.['secondAddresses'] || data.means.secondAddress) && (
              <section className={css.group} aria-label={t('means.second')}>
                <h3 className={css.part}>{t('means.second')}</h3>
                <ul className={css.rows}>{data.means.secondAddress && line('second', data.means.secondAddress, '', () => change({ secondAddress: '' }))}</ul>
                {!!offer?.['secondAddresses'] && (
                  <form className={css.beside} noValidate onSubmit={(e) => { e.preventDefault(); if (email.trim()) void change({ secondAddress: email.trim() }) }}>
                    <Field label={t('means.newSecond')} type="email" autoComplete="off" value={email} onChange={(e) => { setEmail(e.target.value); setError(undefined) }} />
                    <Button type="submit">{t('means.set')}</Button>
                  </form>
                )}
              </section>
            )}
          </>
        )}
        {dialog}
      </div>
    </Dialog>
  )
}

/** A certificate out of a file, or pasted; what was pasted stays while it is refused. */
function AddCertificate({ onAdd }: { onAdd: (text: string, after: () => void) => Promise<void> }) {
  const t = useT()
  const file = useRef<HTMLInputElement>(null)
  const [text, setText] = useState('')
  const add = (given: string): Promise<void> => onAdd(given, () => setText(''))
  return (
    <form className={css.form} noValidate onSubmit={(e) => { e.preventDefault(); if (text.trim()) void add(text) }}>
      <div className={css.field}>
        <label htmlFor="means-pem">{t('means.paste')}</label>
        <textarea id="means-pem" lang="en" spellCheck={false} autoComplete="off" placeholder="-----BEGIN CERTIFICATE-----" value={text} onChange={(e) => setText(e.target.value)} />
      </div>
      <input ref={file} type="file" hidden accept=".pem,.crt,.cer,.der" aria-label={t('means.file')} onChange={(e) => { const f = e.target.files?.[0]; e.target.value = ''; if (f) void fileText(f).then(add) }} />
      <span className={css.acts}>
        <Button type="submit">{t('means.tie')}</Button>
        <Button onClick={() => file.current?.click()}>{t('means.file')}</Button>
      </span>
    </form>
  )
}
