import { useState, type FormEvent } from 'react'
import { useT } from '~/kit/i18n'
import { compareNames } from '~/kit/i18n/dates'
import { Button } from '~/kit/ui/Button'
import { Choice, Field } from '~/kit/ui/controls'
import { DayField } from '~/kit/ui/DayField'
import { Dialog } from '~/kit/ui/Dialog'
import { folderPath } from '../account'
import type { Ask } from '../ask'
import { useChoices } from '../choices'
import { useMail } from '../context'
import css from '../folders/Pick.module.css'
import { folderName } from '../names'
import { parseQuery, queryText, type Term } from '../search'

/** Fields that hold one value each; the rest of a query stays as it was typed. */
const FIELDS = ['from', 'to', 'subject', 'after', 'before', 'larger', 'in', 'label'] as const
type Name = (typeof FIELDS)[number]

/** A search put together without knowing any operator; it writes the very words one could have typed. */
export function FiltersDialog({ ask, onClose }: { ask: Ask & { what: 'filters' }; onClose: () => void }) {
  const t = useT()
  const { account } = useMail()
  const { labels } = useChoices()
  const terms = parseQuery(ask.query)
  const isField = (x: Term): boolean => !x.not && FIELDS.includes(x.operator as Name)
  const isFiles = (x: Term): boolean => !x.not && x.operator === 'has' && x.value === 'attachment'
  const isUnread = (x: Term): boolean => !x.not && x.operator === 'is' && x.value === 'unread'
  const [words, setWords] = useState(queryText(terms.filter((x) => !isField(x) && !isFiles(x) && !isUnread(x))))
  const [values, setValues] = useState<Partial<Record<Name, string>>>(Object.fromEntries(terms.filter(isField).map((x) => [x.operator, x.value])))
  const [files, setFiles] = useState(terms.some(isFiles))
  const [unread, setUnread] = useState(terms.some(isUnread))
  const set = (name: Name) => (value: string): void => setValues({ ...values, [name]: value })
  const text = (name: Name) => ({ value: values[name] ?? '', onChange: (e: { target: { value: string } }) => set(name)(e.target.value) })
  const day = (name: Name) => ({ value: values[name] ?? null, onChange: (d: string | null) => set(name)(d ?? '') })
  const submit = (e: FormEvent): void => {
    e.preventDefault()
    const fields = FIELDS.filter((f) => values[f]?.trim()).map((f): Term => ({ operator: f, value: values[f]?.trim() ?? '', not: false }))
    const marks: Term[] = [...(files ? [{ operator: 'has', value: 'attachment', not: false }] : []), ...(unread ? [{ operator: 'is', value: 'unread', not: false }] : [])]
    onClose()
    ask.run([words.trim(), queryText([...fields, ...marks])].filter(Boolean).join(' '))
  }
  const folders = account.mailboxes.all().map((m) => [m.role ?? m.name, folderPath(account, m, folderName)] as const).toSorted((a, b) => compareNames(a[1], b[1]))
  return (
    <Dialog title={t('search.filters')} onClose={onClose} footer={<><Button onClick={onClose}>{t('act.cancel')}</Button><Button look="primary" type="submit" form="filters-form">{t('search.short')}</Button></>}>
      <form id="filters-form" className={css.form} onSubmit={submit}>
        <Field label={t('filters.words')} value={words} autoFocus onChange={(e) => setWords(e.target.value)} />
        <div className={css.pair}>
          <Field label={t('field.from')} {...text('from')} />
          <Field label={t('field.to')} {...text('to')} />
        </div>
        <Field label={t('field.subject')} {...text('subject')} />
        <div className={css.pair}>
          <DayField label={t('filters.after')} {...day('after')} />
          <DayField label={t('filters.before')} {...day('before')} />
        </div>
        <Choice label={t('filters.folder')} value={values.in ?? ''} options={[['', t('filters.anywhere')], ...folders]} onChange={set('in')} />
        {labels.length > 0 && <Choice label={t('labels.title')} value={values.label ?? ''} options={[['', t('filters.any')], ...labels.map((l) => [l.name, l.name] as const)]} onChange={set('label')} />}
        <Choice label={t('filters.larger')} value={values.larger ?? ''} options={[['', t('filters.any')], ['100k', '100 KB'], ['1m', '1 MB'], ['5m', '5 MB'], ['10m', '10 MB']]} onChange={set('larger')} />
        <div className={css.checks}>
          <label>
            <input type="checkbox" checked={files} onChange={(e) => setFiles(e.target.checked)} />
            {t('list.hasFiles')}
          </label>
          <label>
            <input type="checkbox" checked={unread} onChange={(e) => setUnread(e.target.checked)} />
            {t('list.unread')}
          </label>
        </div>
      </form>
    </Dialog>
  )
}
