import css from './Rules.module.css'

interface Props {
  label: string
  value: string
  options: readonly (readonly [string, string])[]
  wrong?: boolean | undefined
  onChange: (v: string) => void
}

/** A list to choose from within a row, where the label is read out and not shown. */
export function Pick({ label, value, options, wrong, onChange }: Props) {
  return (
    <select className={css.select} aria-label={label} aria-invalid={wrong} value={value} onChange={(e) => onChange(e.target.value)}>
      {options.map(([v, text]) => (
        <option key={v} value={v}>
          {text}
        </option>
      ))}
    </select>
  )
}
