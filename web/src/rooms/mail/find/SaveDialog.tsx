import { useState, type FormEvent } from 'react'
import { useT } from '~/kit/i18n'
import { Button } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { Dialog } from '~/kit/ui/Dialog'
import { say } from '~/kit/undo'
import { choices, choose } from '../choices'
import css from '../folders/Pick.module.css'

/** Keeps a search under a name, among the folders. */
export function SaveDialog({ query, onClose }: { query: string; onClose: () => void }) {
  const t = useT()
  const [name, setName] = useState(query.slice(0, 60))
  const submit = (e: FormEvent): void => {
    e.preventDefault()
    const clean = name.trim() || query
    choose({ searches: [...choices().searches.filter((s) => s.name !== clean), { id: Math.random().toString(36).slice(2, 10), name: clean, query }] })
    say(t('searches.saved', { name: clean }))
    onClose()
  }
  return (
    <Dialog title={t('search.save')} onClose={onClose} footer={<><Button onClick={onClose}>{t('act.cancel')}</Button><Button look="primary" type="submit" form="save-form">{t('folders.save')}</Button></>}>
      <form id="save-form" className={css.form} onSubmit={submit}>
        <Field label={t('searches.name')} value={name} autoFocus maxLength={60} onChange={(e) => setName(e.target.value)} hint={query} />
      </form>
    </Dialog>
  )
}
