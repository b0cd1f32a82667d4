import { useId, type InputHTMLAttributes, type ReactNode, type Ref } from 'react'
import css from './controls.module.css'

interface FieldProps extends InputHTMLAttributes<HTMLInputElement> {
  label: string
  error?: string | undefined
  hint?: string
  ref?: Ref<HTMLInputElement>
}

/** One line of input with its label above and its error below. */
export function Field({ label, error, hint, ...rest }: FieldProps) {
  const id = useId()
  const note = error ?? hint
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      <input {...rest} id={id} className={css.input} aria-invalid={error ? true : undefined} aria-describedby={note ? `${id}-note` : undefined} />
      {note && (
        <p id={`${id}-note`} className={error ? css.error : css.hint} role={error ? 'alert' : undefined}>
          {note}
        </p>
      )}
    </div>
  )
}

interface ChoiceProps<T extends string> {
  label: string
  value: T
  options: readonly (readonly [T, string])[]
  onChange: (value: T) => void
  /** Shows all options side by side, for up to four short ones. */
  segmented?: boolean
}

/** One of several: side by side when few, the system's own list otherwise. */
export function Choice<T extends string>({ label, value, options, onChange, segmented }: ChoiceProps<T>) {
  const id = useId()
  if (!segmented) {
    return (
      <div className={css.line}>
        <label htmlFor={id}>{label}</label>
        <select id={id} className={css.select} value={value} onChange={(e) => onChange(e.target.value as T)}>
          {options.map(([v, text]) => (
            <option key={v} value={v} lang={v in langs ? v : undefined}>
              {text}
            </option>
          ))}
        </select>
      </div>
    )
  }
  return (
    <div className={css.line} role="radiogroup" aria-labelledby={id}>
      <span id={id}>{label}</span>
      <span className={css.segments}>
        {options.map(([v, text]) => (
          <label key={v} data-on={v === value || undefined}>
            <input type="radio" name={id} className="sr" checked={v === value} onChange={() => onChange(v)} />
            {text}
          </label>
        ))}
      </span>
    </div>
  )
}

const langs = { 'zh-TW': 1, 'zh-CN': 1, vi: 1, ko: 1, en: 1 }

/** On or off, taking effect at once. */
export function Switch({ label, on, onChange, children }: { label: string; on: boolean; onChange: (on: boolean) => void; children?: ReactNode }) {
  const id = useId()
  return (
    <div className={css.line}>
      <span className={css.words}>
        <label htmlFor={id}>{label}</label>
        {children && (
          <span id={`${id}-n`} className={css.hint}>
            {children}
          </span>
        )}
      </span>
      <button type="button" role="switch" id={id} aria-checked={on} aria-describedby={children ? `${id}-n` : undefined} className={css.switch} onClick={() => onChange(!on)} />
    </div>
  )
}
