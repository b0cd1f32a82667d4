import { Suspense, lazy, useState } from 'react'
import { MEANS, SECRECY, type PersonRecord, type PostRecord, type SecrecyCapability } from '~/api/jmap'
import { useT, languages, language, withTexts, type Language } from '~/kit/i18n'
import { say } from '~/kit/undo'
import { Button } from '~/kit/ui/Button'
import { Choice, Field, Switch } from '~/kit/ui/controls'
import { Dialog } from '~/kit/ui/Dialog'
import css from './Console.module.css'
import { may, nameIn, refusal, type AdminApi, type Office } from './data'
import { FormDialog } from './FormDialog'
import { DeputyFields, type Deputies } from './DeputyFields'
import { LeaveForm } from './LeaveForm'
import { PostFields } from './PostFields'

const MeansDialog = lazy(() => withTexts('means', () => withTexts('certificates', () => withTexts('security', () => import('./means/MeansDialog')))))
const AccessDialog = lazy(() => withTexts('access', () => import('./access/AccessDialog')))

interface Props {
  api: AdminApi
  office: Office
  person: PersonRecord | null
  unit: string | null
  onClose: () => void
  onDone: () => void
}

type Fields = Pick<PersonRecord, 'name' | 'rank' | 'rankOrder' | 'sortOrder' | 'phone' | 'levelId' | 'categoryId' | 'locked' | 'clearance'> & { posts: Record<string, PostRecord>; deputies: Deputies }

const none: Fields = { name: '', rank: '', rankOrder: 0, sortOrder: 0, phone: '', levelId: null, categoryId: null, locked: false, clearance: 'internal', posts: {}, deputies: {} }

// Whoever is added comes after those of a rank, until a rank is given.
const LAST = 100

/** Writes a person with their posts and deputies; only what was changed is sent. */
export default function PersonForm({ api, office, person, unit, onClose, onDone }: Props) {
  const t = useT()
  const first = office.units.find((u) => may(api.mine, 'people', office.units, u.id))?.id ?? ''
  const start: Fields = person ?? { ...none, rankOrder: LAST, posts: { new1: { title: '', kind: 'main', unitId: unit ?? first, sortOrder: 0, starts: null, ends: null, clearance: null } } }
  const [f, setF] = useState<Fields>(start)
  const [email, setEmail] = useState('')
  const [lang, setLang] = useState<Language>(language())
  const [error, setError] = useState<string>()
  const [password, setPassword] = useState<string | null>(null)
  const [leaving, setLeaving] = useState(false)
  const [access, setAccess] = useState(false)
  const [means, setMeans] = useState(false)
  const secrecy = api.offer(SECRECY) as unknown as SecrecyCapability | undefined
  const clearances = secrecy?.levels.map((l) => [l.level as string, nameIn(l.names)] as const)
  const rights = person?.myRights ?? { mayEdit: true, mayLock: false, mayUnlock: false, mayClear: false }
  const put = (part: Partial<Fields>): void => { setF({ ...f, ...part }); setError(undefined) }

  const save = async (): Promise<void> => {
    if (!f.name.trim()) return setError(t('console.needName'))
    if (!person && !email.includes('@')) return setError(t('console.needEmail'))
    if (Object.values(f.deputies).some((d) => !d.personId || !d.starts || !d.ends)) return setError(t('console.needDeputy'))
    try {
      if (person) {
        const patch = changes(person, f)
        if (Object.keys(patch).length > 0) await api.set('Person', { update: { [person.id]: patch } })
        say(t('console.saved', { name: f.name }))
        onClose()
      } else {
        const { locked: _, clearance: __, ...fields } = f
        const made = await api.addPerson({ ...fields, email: email.trim(), language: lang })
        if (made.password) setPassword(made.password)
        else onClose()
      }
      onDone()
    } catch (e) {
      setError(refusal(e))
    }
  }
  if (access && person) return <Suspense><AccessDialog api={api} person={person} onClose={onClose} /></Suspense>
  if (means && person) return <Suspense><MeansDialog api={api} person={person} onClose={onClose} /></Suspense>
  if (leaving && person) return <LeaveForm api={api} person={person} onDone={onDone} onClose={onClose} />
  if (password)
    return (
      <Dialog title={t('console.firstPassword')} onClose={onClose} footer={<Button look="primary" onClick={onClose}>{t('console.done')}</Button>}>
        <p>{t('console.firstPasswordText', { name: f.name, email })}</p>
        <p className={css.secret}>{password}</p>
      </Dialog>
    )
  return (
    <FormDialog
      wide
      title={person ? person.name : t('console.addPerson')}
      error={error}
      beside={
        <>
          {person && rights.mayLock && rights.mayEdit && <Button look="danger" onClick={() => setLeaving(true)}>{t('console.removePerson')}</Button>}
          {person && rights.mayLock && <Button onClick={() => setAccess(true)}>{t('console.access')}</Button>}
          {person && api.offered(MEANS) && <Button onClick={() => setMeans(true)}>{t('console.means')}</Button>}
          <i className={css.break} />
        </>
      }
      onSave={save}
      onClose={onClose}
    >
      {person ? <p className={css.sub}>{person.email}</p> : <Field label={t('console.email')} type="email" value={email} onChange={(e) => { setEmail(e.target.value); setError(undefined) }} />}
      <fieldset className={css.bare} disabled={!rights.mayEdit}>
        <div className={css.pair}>
          <Field label={t('console.name')} value={f.name} onChange={(e) => put({ name: e.target.value })} />
          <Field label={t('console.phone')} value={f.phone} onChange={(e) => put({ phone: e.target.value })} />
        </div>
        <div className={css.pair}>
          <Field label={t('console.rank')} value={f.rank} onChange={(e) => put({ rank: e.target.value })} />
          <Field label={t('console.rankOrder')} type="number" value={f.rankOrder} onChange={(e) => put({ rankOrder: Number(e.target.value) })} />
          <Field label={t('console.sortOrder')} type="number" value={f.sortOrder} onChange={(e) => put({ sortOrder: Number(e.target.value) })} />
        </div>
        {!person && <Choice label={t('console.language')} value={lang} options={Object.entries(languages).map(([k, v]) => [k as Language, v] as const)} onChange={setLang} />}
        {office.levels.length > 0 && <Choice label={t('console.level')} value={f.levelId ?? ''} options={[['', t('console.noLevel')], ...office.levels.map((l) => [l.id, nameIn(l.names)] as const)]} onChange={(v) => put({ levelId: v || null })} />}
        {office.categories.length > 0 && <Choice label={t('console.category')} value={f.categoryId ?? ''} options={[['', t('console.noCategory')], ...office.categories.map((c) => [c.id, nameIn(c.names)] as const)]} onChange={(v) => put({ categoryId: v || null })} />}
      </fieldset>
      <PostFields api={api} office={office} posts={f.posts} levels={person && rights.mayClear && clearances ? clearances : null} onChange={(posts) => put({ posts })} />
      {person && <DeputyFields api={api} person={person} deputies={f.deputies} disabled={!rights.mayEdit} onChange={(deputies) => put({ deputies })} />}
      {person && rights.mayClear && clearances && <Choice label={t('console.clearance')} value={f.clearance} options={clearances} onChange={(clearance) => put({ clearance })} />}
      {person && (f.locked ? rights.mayUnlock : rights.mayLock) && (
        <Switch label={t('console.lock')} on={f.locked} onChange={(locked) => put({ locked })}>{t('console.lockHint')}</Switch>
      )}
    </FormDialog>
  )
}

/** The patch from one to the other: posts and deputies one by one, so that it undoes nobody else's. */
function changes(old: Fields, now: Fields): Record<string, unknown> {
  const patch: Record<string, unknown> = {}
  for (const key of ['name', 'rank', 'rankOrder', 'sortOrder', 'phone', 'levelId', 'categoryId', 'locked', 'clearance'] as const) if (old[key] !== now[key]) patch[key] = now[key]
  for (const part of ['posts', 'deputies'] as const) {
    for (const key of new Set([...Object.keys(old[part]), ...Object.keys(now[part])])) {
      if (JSON.stringify(old[part][key]) !== JSON.stringify(now[part][key])) patch[`${part}/${key}`] = now[part][key] ?? null
    }
  }
  return patch
}
