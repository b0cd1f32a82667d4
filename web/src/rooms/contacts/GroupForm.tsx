import { useMemo, useState } from 'react'
import { useT } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { Dialog } from '~/kit/ui/Dialog'
import { errorText } from '~/kit/ui/states'
import { fold, nameOf, wordsOf, type Card } from './card'
import css from './Contacts.module.css'
import { rowsOf } from './sorting'
import type { Contacts } from './store'

/** Writes a group: its name and who is in it. */
export function GroupForm({ contacts, group, people, onClose, onSaved }: { contacts: Contacts; group: Card | undefined; people: Card[]; onClose: () => void; onSaved: (id: string) => void }) {
  const t = useT()
  const [name, setName] = useState(group ? nameOf(group) : '')
  const [members, setMembers] = useState<ReadonlySet<string>>(new Set(Object.keys(group?.members ?? {})))
  const [query, setQuery] = useState('')
  const [error, setError] = useState<string>()
  const shown = useMemo(() => rowsOf(people.filter((c) => wordsOf(c).includes(fold(query.trim())))), [people, query])
  const save = async (): Promise<void> => {
    if (!name.trim()) return setError(t('contacts.needName'))
    const fields = { name: { full: name.trim() }, members: Object.fromEntries([...members].map((uid) => [uid, true as const])) }
    try {
      if (group) await contacts.update(group.id, fields)
      onSaved(group?.id ?? (await contacts.create({ ...fields, kind: 'group', addressBookIds: { [contacts.defaultBook?.id ?? '']: true } })))
      onClose()
    } catch (e) {
      setError(errorText(t, asSyncError(e)))
    }
  }
  const remove = async (): Promise<void> => {
    try {
      if (group) await contacts.destroy([group.id])
      onSaved('all')
      onClose()
    } catch (e) {
      setError(errorText(t, asSyncError(e)))
    }
  }
  return (
    <Dialog
      title={t(group ? 'contacts.changeGroup' : 'contacts.newGroup')}
      onClose={onClose}
      footer={
        <>
          {group && (
            <Button look="danger" onClick={() => void remove()}>
              {t('contacts.removeGroup')}
            </Button>
          )}
          <i className={css.spring} />
          <Button onClick={onClose}>{t('act.cancel')}</Button>
          <Button look="primary" onClick={() => void save()}>
            {t('contacts.save')}
          </Button>
        </>
      }
    >
      <div className={css.form}>
        <Field label={t('contacts.groupName')} value={name} error={error} autoFocus onChange={(e) => { setName(e.target.value); setError(undefined) }} />
        <input type="search" className={css.search} aria-label={t('contacts.search')} placeholder={t('contacts.search')} value={query} onChange={(e) => setQuery(e.target.value)} />
        <ul className={css.members} aria-label={t('contacts.members', { count: members.size })}>
          {shown.map((r) =>
            'card' in r ? (
              <li key={r.card.id}>
                <label>
                  <input type="checkbox" checked={members.has(r.card.uid)} onChange={(e) => setMembers(e.target.checked ? new Set([...members, r.card.uid]) : new Set([...members].filter((x) => x !== r.card.uid)))} />
                  <span lang={guessLanguage(nameOf(r.card))}>{nameOf(r.card)}</span>
                </label>
              </li>
            ) : null,
          )}
        </ul>
        <p role="status">{t('contacts.members', { count: members.size })}</p>
      </div>
    </Dialog>
  )
}
