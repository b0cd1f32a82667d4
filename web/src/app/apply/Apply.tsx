import { useEffect, useState, type FormEvent } from 'react'
import { language, useT, type Key } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { errorText } from '~/kit/ui/states'
import { Door } from '../Door'
import door from '../SignIn.module.css'
import { prove, readOffer, sendApplication, type FieldName, type Fields, type Offer } from './apply'
import { Papers } from './Papers'

// Read once and taken out of the address: it is a secret, as in Reset.
const token = location.hash.slice(1)
const unit = new URLSearchParams(location.search).get('unit') ?? ''

const none: Fields = { name: '', number: '', agency: '', title: '', phone: '', contact: '', address: '', note: '' }
const needed: readonly (keyof Fields)[] = ['name', 'number', 'agency', 'contact', 'address']
const labels: Record<keyof Fields, Key> = {
  name: 'apply.name', number: 'apply.number', agency: 'apply.agency', title: 'apply.post', phone: 'apply.phone', contact: 'apply.contact', address: 'apply.address', note: 'apply.note',
}
const bads: Partial<Record<FieldName, Key>> = { papers: 'apply.badPapers', address: 'apply.bad.address', contact: 'apply.bad.contact' }
type State = 'reading' | 'form' | 'busy' | 'sent' | 'closed' | 'prove' | 'proved' | 'used' | 'failed'
const said: Partial<Record<State, Key>> = { sent: 'apply.sent', closed: 'apply.closed', proved: 'apply.proved', used: 'apply.used', failed: 'error.server' }

/** Where somebody without an account asks for one, and where the letter leads that proves their address. */
export default function Apply() {
  const t = useT()
  const [state, setState] = useState<State>(token ? 'prove' : 'reading')
  const [offer, setOffer] = useState<Offer | null>(null)
  const [f, setF] = useState<Fields>(none)
  const [papers, setPapers] = useState<File[]>([])
  const [wrong, setWrong] = useState<Partial<Record<FieldName, string>>>({})
  const [error, setError] = useState<string>()
  useEffect(() => {
    if (token) return history.replaceState(null, '', '/apply')
    void readOffer().then((o) => { setOffer(o); setState(o.open ? 'form' : 'closed') }, () => setState('failed'))
  }, [])
  const failed = (e: unknown): void => {
    const err = asSyncError(e)
    // The server begins with the name of the field that is wrong.
    const field = /^(\w+): /.exec(err.message)?.[1] as FieldName | undefined
    if (err.type === 'http404') return setState('used')
    if (err.type === 'http400' && field && (field in none || field === 'papers')) setWrong({ [field]: t(bads[field] ?? 'apply.bad') })
    else setError(err.type === 'http429' ? t('signIn.tooMany') : err.type === 'http409' ? t('apply.again') : err.type === 'http413' ? t('apply.badPapers') : errorText(t, err))
    setState(token ? 'prove' : 'form')
  }
  const send = async (e: FormEvent): Promise<void> => {
    e.preventDefault()
    const bad: Partial<Record<FieldName, string>> = {}
    for (const name of needed) if (!f[name].trim()) bad[name] = t('apply.missing')
    if (papers.length === 0) bad.papers = t('apply.noPapers')
    setWrong(bad)
    setError(undefined)
    const first = Object.keys(bad)[0]
    if (first) return (document.querySelector<HTMLElement>(`[name="${first}"]`) ?? document.getElementById('add-paper'))?.focus()
    setState('busy')
    await sendApplication(f, language(), unit, papers).then(() => setState('sent'), failed)
  }
  const confirm = async (): Promise<void> => {
    setError(undefined)
    await prove(token).then(() => setState('proved'), failed)
  }
  const field = (name: keyof Fields, rest: Partial<Parameters<typeof Field>[0]> = {}) => (
    <Field label={t(labels[name])} name={name} value={f[name]} required={needed.includes(name)} error={wrong[name]} {...rest} onChange={(e) => { setF({ ...f, [name]: e.target.value }); setWrong({ ...wrong, [name]: undefined }) }} />
  )
  const plain = said[state]
  return (
    <Door title={t('apply.title')}>
      {state === 'reading' ? (
        <p role="status">{t('state.loading')}</p>
      ) : plain ? (
        <div className={door.form} role="status">
          <p className={door.say}>{t(plain, { address: f.contact })}</p>
          <Button look="primary" className={door.submit} onClick={() => location.assign('/')}>{t('apply.back')}</Button>
        </div>
      ) : state === 'prove' ? (
        <div className={door.form}>
          <p className={door.say}>{t('apply.prove')}</p>
          {error && <p className={door.notice} role="alert">{error}</p>}
          <Button look="primary" className={door.submit} onClick={() => void confirm()}>{t('apply.proveNow')}</Button>
        </div>
      ) : (
        <form className={door.form} onSubmit={(e) => void send(e)} noValidate>
          <p className={door.hint}>{t('apply.intro')}</p>
          {field('name', { autoComplete: 'name', autoFocus: true })}
          {field('number', { autoComplete: 'off', hint: t('apply.number.hint') })}
          {field('agency', { autoComplete: 'organization' })}
          {field('title', { autoComplete: 'organization-title' })}
          {field('phone', { type: 'tel', autoComplete: 'tel' })}
          {field('contact', { type: 'email', autoComplete: 'email', hint: t('apply.contact.hint') })}
          {field('address', { type: 'email', autoComplete: 'off', autoCapitalize: 'none', spellCheck: false, hint: t('apply.address.hint', { domains: (offer?.domains ?? []).map((d) => `@${d}`).join(', ') }) })}
          <Papers papers={papers} offer={offer} error={wrong.papers} onChange={(list) => { setPapers(list); setWrong({ ...wrong, papers: undefined }) }} />
          {field('note', { autoComplete: 'off' })}
          {error && <p className={door.notice} role="alert">{error}</p>}
          <Button look="primary" type="submit" className={door.submit} busy={state === 'busy'}>{t('apply.send')}</Button>
        </form>
      )}
    </Door>
  )
}
