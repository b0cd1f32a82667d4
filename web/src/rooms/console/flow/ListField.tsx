import { useId, useState } from 'react'
import { useT } from '~/kit/i18n'
import { composing } from '~/kit/keys/ime'
import { Chip } from '~/kit/ui/Chip'
import css from '../Console.module.css'

interface Props {
  label: string
  hint?: string
  values: readonly string[]
  onChange: (values: string[]) => void
  isGood: (value: string) => boolean
  /** What to do where something is not good. */
  wrong: string
  max?: number
}

/** A list of short texts as chips: Enter, a comma or leaving the field takes what is typed. */
export function ListField({ label, hint, values, onChange, isGood, wrong, max = 200 }: Props) {
  const t = useT()
  const id = useId()
  const [text, setText] = useState('')
  const [bad, setBad] = useState(false)
  const take = (typed: string): void => {
    const parts = typed.split(/[\n,，、;；]/).map((s) => s.trim()).filter(Boolean)
    const good = parts.filter(isGood)
    const rest = parts.filter((p) => !isGood(p))
    if (good.length) onChange([...new Set([...values, ...good])].slice(0, max))
    setText(rest.join(', '))
    setBad(rest.length > 0)
  }
  const note = bad ? wrong : hint
  return (
    <div className={css.field}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        className={css.typed}
        value={text}
        aria-invalid={bad || undefined}
        aria-describedby={note ? `${id}-note` : undefined}
        onChange={(e) => { setBad(false); if (/[\n,，、;；]$/.test(e.target.value)) take(e.target.value); else setText(e.target.value) }}
        onPaste={(e) => { const pasted = e.clipboardData.getData('text'); if (/[\n,，、;；]/.test(pasted)) { e.preventDefault(); take(`${text}${pasted}`) } }}
        onKeyDown={(e) => {
          if (composing(e)) return
          if (e.key === 'Enter' && text.trim()) { e.preventDefault(); take(text) }
          if (e.key === 'Backspace' && !text && values.length) onChange(values.slice(0, -1))
        }}
        onBlur={() => text.trim() && take(text)}
      />
      {note && <p id={`${id}-note`} className={css.sub} role={bad ? 'alert' : undefined}>{note}</p>}
      {values.length > 0 && (
        <ul className={css.bareChips} aria-label={t('mailrules.chosen', { label })}>
          {values.map((v) => <li key={v}><Chip name={v} onRemove={() => onChange(values.filter((x) => x !== v))}>{v}</Chip></li>)}
        </ul>
      )}
    </div>
  )
}
