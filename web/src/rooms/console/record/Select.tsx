import { useId, type ReactNode } from 'react'
import { useT } from '~/kit/i18n'
import base from '../Console.module.css'

/** One of several in a filter, or any. */
export function Select({ label, value, onChange, children }: { label: string; value: string; onChange: (v: string) => void; children: ReactNode }) {
  const t = useT()
  const id = useId()
  return (
    <div className={base.field}>
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} onChange={(e) => onChange(e.target.value)}>
        <option value="">{t('record.any')}</option>
        {children}
      </select>
    </div>
  )
}
