import { useId, useState } from 'react'
import type { Party, PartyFields, PartyMade, PartySecret } from '~/api/jmap'
import { useT, type Key } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { say } from '~/kit/undo'
import { Button } from '~/kit/ui/Button'
import { confirm, Dialog } from '~/kit/ui/Dialog'
import { Choice, Field, Switch } from '~/kit/ui/controls'
import css from '../Console.module.css'
import { refusal, type AdminApi } from '../data'
import { FormDialog } from '../FormDialog'
import { assuranceWords, attributeWords, consentWords, kindWords, nameWords } from './words'

/** A system as the form has it; without an id it is a new one. */
export interface Draft extends PartyFields, Partial<Pick<Party, 'id' | 'clientId'>> {
  party: string
  kind: string
  issuer: string
  secret: string
  metadata: string
}

/** The members of each kind of system that can be changed. */
const members: Record<string, (keyof PartyFields)[]> = {
  client: ['name', 'assurance', 'consent', 'redirects', 'logouts', 'frontLogout', 'backLogout', 'device', 'offline'],
  service: ['name', 'assurance', 'consent', 'nameId', 'attributes', 'start'],
  provider: ['name', 'assurance', 'domains', 'ourId', 'base', 'filter'],
}

/** Registers a system or changes one. A secret is shown once. */
export function PartyForm({ api, draft, onClose, onDone }: { api: AdminApi; draft: Draft; onClose: () => void; onDone: () => void }) {
  const t = useT()
  const [f, setF] = useState(draft)
  const [error, setError] = useState<string>()
  const [made, setMade] = useState<{ id: string; secret: string } | null>(null)
  const put = (part: Partial<Draft>): void => { setF({ ...f, ...part }); setError(undefined) }
  const words = (keys: Record<string, Key>) => Object.entries(keys).map(([v, k]) => [v, t(k)] as const)
  const lines = (key: 'redirects' | 'logouts' | 'domains') => <Lines label={t(`parties.${key}`)} value={f[key]} onChange={(v) => put({ [key]: v })} />
  const sent = (): Record<string, unknown> => {
    const own = (members[f.party] ?? []).filter((m) => !f.id || JSON.stringify(f[m]) !== JSON.stringify(draft[m])).map((m) => [m, f[m]])
    const more = (['secret', 'metadata'] as const).filter((m) => f[m]).map((m) => [m, f[m]])
    return Object.fromEntries([...own, ...more])
  }
  const save = async (): Promise<void> => {
    try {
      if (f.id) await api.set('SsoParty', { update: { [f.id]: sent() } })
      else {
        const about = { party: f.party, kind: f.kind, pairwise: f.pairwise, issuer: f.issuer }
        const a = await api.set('SsoParty', { create: { new: { ...about, ...sent() } } })
        const p = a.created?.['new'] as unknown as PartyMade
        onDone()
        if (p.secret) return setMade({ id: p.id, secret: p.secret })
      }
      say(t('parties.saved', { name: f.name }))
      onDone()
      onClose()
    } catch (e) {
      // What is wrong with an address or a file only the server can say.
      const wrong = asSyncError(e)
      setError(wrong.type === 'invalidProperties' ? wrong.message : refusal(e))
    }
  }
  const rotate = async (): Promise<void> => {
    if (!f.id || !(await confirm({ title: t('parties.rotateTitle', { name: f.name }), text: t('parties.rotateText'), confirm: t('parties.rotate') }))) return
    try {
      setMade({ id: f.id, secret: (await api.call<PartySecret>('SsoParty/rotate', { id: f.id })).secret })
      onDone()
    } catch (e) {
      setError(refusal(e))
    }
  }
  if (made)
    return (
      <Dialog title={t('parties.secret')} onClose={onClose} footer={<Button look="primary" onClick={onClose}>{t('console.done')}</Button>}>
        <p>{t('parties.secretOnce')}</p>
        <p className={css.sub} lang="en">{made.id.slice(2).replace('-', '.')}</p>
        <p className={css.secret}>{made.secret}</p>
      </Dialog>
    )
  const saml = f.kind === 'saml'
  const ldap = f.kind === 'ldap'
  return (
    <FormDialog
      wide
      title={f.id ? draft.name : t('parties.add')}
      error={error}
      beside={<>{f.id && f.kind === 'web' && <Button onClick={() => void rotate()}>{t('parties.rotate')}</Button>}<i className={css.spring} /></>}
      onSave={save}
      onClose={onClose}
    >
      {f.clientId && <p className={css.sub} lang="en">{f.clientId}</p>}
      <Field label={t('parties.name')} value={f.name} maxLength={200} onChange={(e) => put({ name: e.target.value })} />
      {f.party === 'client' && (
        <>
          {!f.id && <Choice label={t('parties.kind')} value={f.kind} options={words(kindWords)} onChange={(kind) => put({ kind })} />}
          {lines('redirects')}
          {lines('logouts')}
          <Field label={t('parties.frontLogout')} type="url" value={f.frontLogout} onChange={(e) => put({ frontLogout: e.target.value })} />
          <Field label={t('parties.backLogout')} type="url" value={f.backLogout} onChange={(e) => put({ backLogout: e.target.value })} />
          {!f.id && <Switch label={t('parties.pairwise')} on={f.pairwise} onChange={(pairwise) => put({ pairwise })} />}
          <Switch label={t('parties.device')} on={f.device} onChange={(device) => put({ device })} />
          <Switch label={t('parties.offline')} on={f.offline} onChange={(offline) => put({ offline })} />
        </>
      )}
      {f.party === 'service' && (
        <>
          <Choice label={t('parties.nameId')} value={f.nameId} options={words(nameWords)} onChange={(nameId) => put({ nameId })} />
          {Object.entries(attributeWords).map(([a, key]) => <Switch key={a} label={`${t('parties.attributes')}: ${t(key)}`} on={f.attributes.includes(a)} onChange={(on) => put({ attributes: on ? [...f.attributes, a] : f.attributes.filter((x) => x !== a) })} />)}
          <Switch label={t('parties.start')} on={f.start} onChange={(start) => put({ start })} />
        </>
      )}
      {f.party === 'provider' && (
        <>
          {!saml && !f.id && <Field label={t(ldap ? 'parties.address' : 'parties.issuer')} type="url" value={f.issuer} onChange={(e) => put({ issuer: e.target.value })} />}
          {ldap && <Field label={t('parties.base')} value={f.base} onChange={(e) => put({ base: e.target.value })} />}
          {ldap && <Field label={t('parties.filter')} value={f.filter} placeholder="(mail={address})" onChange={(e) => put({ filter: e.target.value })} />}
          {!saml && <Field label={t(ldap ? 'parties.searchAs' : 'parties.ourId')} value={f.ourId} onChange={(e) => put({ ourId: e.target.value })} />}
          {!saml && <Field label={t(ldap ? 'parties.searchPassword' : f.id ? 'parties.secretAgain' : 'parties.secret')} type="password" autoComplete="off" value={f.secret} onChange={(e) => put({ secret: e.target.value })} />}
          {lines('domains')}
        </>
      )}
      {(saml || ldap) && <MetadataFile label={t(ldap ? 'parties.authority' : f.id ? 'parties.fileAgain' : 'parties.file')} accept={ldap ? '.pem,.crt,.cer' : '.xml,application/xml,text/xml,application/samlmetadata+xml'} onText={(metadata) => put({ metadata })} />}
      {f.party !== 'provider' && <Choice label={t('parties.consent')} value={f.consent} options={words(consentWords).filter(([v]) => v !== 'always' || f.party === 'client')} onChange={(consent) => put({ consent })} />}
      {!ldap && <Choice label={t(f.party === 'provider' ? 'parties.trust' : 'parties.assurance')} value={String(f.assurance)} options={words(assuranceWords)} onChange={(v) => put({ assurance: Number(v) })} />}
    </FormDialog>
  )
}

/** Several short texts, one a line. */
function Lines({ label, value, onChange }: { label: string; value: string[]; onChange: (v: string[]) => void }) {
  const id = useId()
  const [text, setText] = useState(value.join('\n'))
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      <textarea id={id} rows={2} spellCheck={false} autoCapitalize="off" value={text} onChange={(e) => { setText(e.target.value); onChange(e.target.value.split('\n').map((l) => l.trim()).filter(Boolean)) }} />
    </div>
  )
}

function MetadataFile({ label, accept, onText }: { label: string; accept: string; onText: (text: string) => void }) {
  const id = useId()
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      <input id={id} type="file" accept={accept} onChange={(e) => void e.target.files?.[0]?.text().then(onText)} />
    </div>
  )
}
