import { useId } from 'react'
import type { Unit } from '~/api/jmap'
import css from './Console.module.css'
import { depth, nameIn } from './data'

interface Props {
  label: string
  units: readonly Unit[]
  value: string | null
  onChange: (id: string | null) => void
  /** What no unit means; without it one must be chosen. */
  empty?: string
  /** Those that can be chosen. */
  only?: (u: Unit) => boolean
}

/** One of the units, as a list that is as deep as the tree. */
export function UnitSelect({ label, units, value, onChange, empty, only }: Props) {
  const id = useId()
  return (
    <span className={css.field}>
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value ?? ''} onChange={(e) => onChange(e.target.value || null)}>
        {(empty !== undefined || value === null) && <option value="">{empty ?? '—'}</option>}
        {units.filter((u) => u.id === value || (only?.(u) ?? true)).map((u) => (
          <option key={u.id} value={u.id}>
            {'\u2003'.repeat(depth(units, u))}
            {nameIn(u.names)}
          </option>
        ))}
      </select>
    </span>
  )
}
