import { useState } from 'react'
import { language, useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Button, IconButton } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { Dialog } from '~/kit/ui/Dialog'
import { Plus, X } from '~/kit/ui/icons'
import { errorText } from '~/kit/ui/states'
import { first, nameOf, namePart, wholeName, type Card } from './card'
import css from './Contacts.module.css'
import type { Contacts } from './store'

interface Line {
  key: string
  value: string
  context: string
}

interface Props {
  contacts: Contacts
  card: Card | undefined
  all: readonly Card[]
  onClose: () => void
  onSaved: (id: string) => void
}

const lines = (map: Record<string, { contexts?: Record<string, true> }> | undefined, member: string): Line[] => {
  const out = Object.entries(map ?? {}).map(([key, e]) => ({ key, value: String((e as Record<string, unknown>)[member] ?? ''), context: Object.keys(e.contexts ?? {})[0] ?? '' }))
  return out.length > 0 ? out : [{ key: `${member[0]}1`, value: '', context: 'work' }]
}

/** Writes a card: a new one, or one that is there, of which nothing else is lost. */
export function CardForm({ contacts, card, all, onClose, onSaved }: Props) {
  const t = useT()
  const split = Boolean(card?.name?.components?.length) || !card
  const [surname, setSurname] = useState(card ? namePart(card, 'surname') : '')
  const [given, setGiven] = useState(card ? namePart(card, 'given') : '')
  const [full, setFull] = useState(card ? nameOf(card) : '')
  const [org, setOrg] = useState(first(card?.organizations)?.name ?? '')
  const [unit, setUnit] = useState(first(card?.organizations)?.units?.map((u) => u.name).join(' ') ?? '')
  const [title, setTitle] = useState(first(card?.titles)?.name ?? '')
  const [emails, setEmails] = useState(lines(card?.emails, 'address'))
  const [phones, setPhones] = useState(lines(card?.phones, 'number'))
  const [address, setAddress] = useState(first(card?.addresses)?.full ?? first(card?.addresses)?.components?.map((c) => c.value).join(', ') ?? '')
  const [note, setNote] = useState(first(card?.notes)?.note ?? '')
  const [error, setError] = useState<string>()
  const [saving, setSaving] = useState(false)
  const same = emails.map((e) => e.value.trim().toLowerCase()).filter(Boolean)
  const twin = all.find((c) => c.id !== card?.id && Object.values(c.emails ?? {}).some((e) => same.includes(e.address.toLowerCase())))

  const save = async (): Promise<void> => {
    if (saving) return // Enter pressed twice is one card
    const whole = split ? wholeName(surname.trim(), given.trim()) : full.trim()
    if (!whole && same.length === 0 && !org.trim()) return setError(t('contacts.needName'))
    setSaving(true)
    const entries = (list: Line[], member: 'address' | 'number', old: Record<string, object> | undefined): Record<string, object> | null => {
      const kept = list.filter((l) => l.value.trim()).map((l) => {
        const { contexts: _, ...rest } = (old?.[l.key] ?? {}) as { contexts?: unknown }
        return [l.key, { ...rest, [member]: l.value.trim(), ...(l.context ? { contexts: { [l.context]: true } } : {}) }] as const
      })
      return kept.length > 0 ? Object.fromEntries(kept) : null
    }
    // The parts of a name that the form does not show stay.
    const others = (card?.name?.components ?? []).filter((p) => p.kind !== 'surname' && p.kind !== 'given')
    const components = [...(surname.trim() ? [{ kind: 'surname', value: surname.trim() }] : []), ...(given.trim() ? [{ kind: 'given', value: given.trim() }] : []), ...others]
    const one = <T extends object>(old: Record<string, T> | undefined, key: string, value: T | null): Record<string, T> | null => {
      const [k = key] = Object.keys(old ?? {})
      const next = { ...old, ...(value ? { [k]: { ...old?.[k], ...value } } : {}) }
      if (!value) delete next[k]
      return Object.keys(next).length > 0 ? (next as Record<string, T>) : null
    }
    const oldAddress = first(card?.addresses)?.full ?? first(card?.addresses)?.components?.map((c) => c.value).join(', ') ?? ''
    const fields: Record<string, unknown> = {
      name: { ...card?.name, full: whole || org.trim() || emails[0]?.value || '', ...(split && components.length > 0 ? { components } : {}) },
      emails: entries(emails, 'address', card?.emails),
      phones: entries(phones, 'number', card?.phones),
      organizations: one(card?.organizations, 'o1', org.trim() || unit.trim() ? { ...(org.trim() ? { name: org.trim() } : {}), ...(unit.trim() ? { units: [{ name: unit.trim() }] } : {}) } : null),
      titles: one(card?.titles, 't1', title.trim() ? { name: title.trim(), kind: 'title' } : null),
      notes: one(card?.notes, 'n1', note.trim() ? { note: note.trim() } : null),
      ...(address.trim() === oldAddress.trim() ? {} : { addresses: one<object>(card?.addresses as Record<string, object> | undefined, 'a1', address.trim() ? { full: address.trim(), components: [] } : null) }),
    }
    try {
      if (card) {
        await contacts.update(card.id, fields)
        onSaved(card.id)
      } else {
        const whatIs = Object.fromEntries(Object.entries(fields).filter(([, v]) => v !== null))
        onSaved(await contacts.create({ ...whatIs, addressBookIds: { [contacts.defaultBook?.id ?? '']: true } }))
      }
      onClose()
    } catch (e) {
      setError(errorText(t, asSyncError(e)))
      setSaving(false)
    }
  }
  const nameFields = [
    <Field key="s" label={t('contacts.surname')} value={surname} autoFocus={language() !== 'en'} onChange={(e) => setSurname(e.target.value)} />,
    <Field key="g" label={t('contacts.given')} value={given} autoFocus={language() === 'en'} onChange={(e) => setGiven(e.target.value)} />,
  ]
  return (
    <Dialog
      title={t(card ? 'contacts.change' : 'contacts.new')}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('act.cancel')}</Button>
          <Button look="primary" busy={saving} onClick={() => void save()}>
            {t('contacts.save')}
          </Button>
        </>
      }
    >
      <form className={css.form} onSubmit={(e) => { e.preventDefault(); void save() }}>
        {split ? <div className={css.pair}>{language() === 'en' ? nameFields.toReversed() : nameFields}</div> : <Field label={t('contacts.name')} value={full} autoFocus onChange={(e) => setFull(e.target.value)} />}
        <Field label={t('contacts.org')} value={org} onChange={(e) => setOrg(e.target.value)} />
        <div className={css.pair}>
          <Field label={t('contacts.unit')} value={unit} onChange={(e) => setUnit(e.target.value)} />
          <Field label={t('contacts.title')} value={title} onChange={(e) => setTitle(e.target.value)} />
        </div>
        <Lines label={t('contacts.email')} type="email" list={emails} onChange={setEmails} prefix="e" />
        {twin && <p className={css.twin}>{t('contacts.twin', { name: nameOf(twin) })}</p>}
        <Lines label={t('contacts.phone')} type="tel" list={phones} onChange={setPhones} prefix="p" />
        <Field label={t('contacts.address')} value={address} onChange={(e) => setAddress(e.target.value)} />
        <label className={css.area}>
          {t('contacts.note')}
          <textarea value={note} rows={3} onChange={(e) => setNote(e.target.value)} />
        </label>
        {error && <p className={css.error} role="alert">{error}</p>}
        <button type="submit" hidden />
      </form>
    </Dialog>
  )
}

/** Several values of one sort, each for work or home. */
function Lines({ label, type, list, onChange, prefix }: { label: string; type: 'email' | 'tel'; list: Line[]; onChange: (l: Line[]) => void; prefix: string }) {
  const t = useT()
  const set = (key: string, part: Partial<Line>): void => onChange(list.map((l) => (l.key === key ? { ...l, ...part } : l)))
  const fresh = (): string => {
    let n = 1
    while (list.some((l) => l.key === `${prefix}${n}`)) n++
    return `${prefix}${n}`
  }
  return (
    <fieldset className={css.lines}>
      <legend>{label}</legend>
      {list.map((l) => (
        <div key={l.key}>
          <input type={type === 'email' ? 'text' : 'tel'} inputMode={type} autoCapitalize="none" spellCheck={false} aria-label={label} value={l.value} onChange={(e) => set(l.key, { value: e.target.value })} />
          <select aria-label={t('contacts.for')} value={l.context} onChange={(e) => set(l.key, { context: e.target.value })}>
            <option value="work">{t('contacts.work')}</option>
            <option value="private">{t('contacts.home')}</option>
            <option value="">{t('contacts.other')}</option>
          </select>
          <IconButton icon={X} size={15} label={t('compose.remove', { name: l.value || label })} onClick={() => onChange(list.length > 1 ? list.filter((x) => x !== l) : [{ ...l, value: '' }])} />
        </div>
      ))}
      <Button look="quiet" icon={Plus} onClick={() => onChange([...list, { key: fresh(), value: '', context: 'work' }])}>
        {t('contacts.another')}
      </Button>
    </fieldset>
  )
}
