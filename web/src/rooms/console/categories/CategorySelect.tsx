import { useId } from 'react'
import { useT } from '~/kit/i18n'
import css from '../Console.module.css'
import { nameIn, type Office } from '../data'

/** One of the kinds of staff, or any, beside the choice of a unit. */
export function CategorySelect({ office, value, onChange }: { office: Office; value: string; onChange: (code: string) => void }) {
  const t = useT()
  const id = useId()
  return (
    <span className={css.field}>
      <label htmlFor={id}>{t('console.category')}</label>
      <select id={id} value={value} onChange={(e) => onChange(e.target.value)}>
        <option value="">{t('console.allCategories')}</option>
        {office.categories.map((c) => <option key={c.id} value={c.id}>{nameIn(c.names)}</option>)}
      </select>
    </span>
  )
}
