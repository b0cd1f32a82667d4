import type { RuleCondition } from '~/api/types.gen'
import { useT } from '~/kit/i18n'
import { IconButton } from '~/kit/ui/Button'
import { X } from '~/kit/ui/icons'
import { fields, isField, isOp, needsText, ops, opsOf } from './model'
import { Pick } from './Pick'
import css from './Rules.module.css'

interface Props {
  condition: RuleCondition
  number: number
  wrong: boolean
  only: boolean
  onChange: (c: RuleCondition) => void
  onRemove: () => void
}

const KB = 1024

/** One condition: what is looked at, how, and with what. */
export function ConditionRow({ condition: c, number, wrong, only, onChange, onRemove }: Props) {
  const t = useT()
  const pickField = (field: string): void => {
    if (!isField(field)) return
    const list = opsOf(field)
    const op = isOp(c.op) && list.includes(c.op) ? c.op : (list[0] ?? 'contains')
    onChange({ field, op, value: field === 'size' ? String(1024 * KB) : c.field === 'size' ? '' : c.value, ...(field === 'header' ? { header: c.header ?? '' } : {}) })
  }
  const empty = wrong && c.value.trim() === '' ? true : undefined
  return (
    <div className={css.row} role="group" aria-label={t('rules.condition', { number })}>
      <Pick label={t('rules.field')} value={c.field} options={Object.entries(fields).map(([v, k]) => [v, t(k)] as const)} onChange={pickField} />
      {c.field === 'header' && <input className={css.input} aria-label={t('rules.headerName')} placeholder="List-Id" value={c.header ?? ''} aria-invalid={(wrong && !c.header?.trim()) || undefined} onChange={(e) => onChange({ ...c, header: e.target.value })} />}
      <Pick label={t('rules.op')} value={c.op} options={opsOf(c.field).map((v) => [v, t(ops[v])] as const)} onChange={(op) => onChange({ ...c, op })} />
      {needsText(c) &&
        (c.field === 'size' ? (
          <span className={css.unit}>
            <input className={css.input} type="number" min={1} aria-label={t('rules.sizeKB')} value={Math.round(Number(c.value) / KB) || ''} aria-invalid={empty} onChange={(e) => onChange({ ...c, value: e.target.value === '' ? '' : String(Math.max(0, Number(e.target.value)) * KB) })} />
            KB
          </span>
        ) : (
          <input className={css.input} aria-label={t('rules.value')} value={c.value} maxLength={300} aria-invalid={empty} onChange={(e) => onChange({ ...c, value: e.target.value })} />
        ))}
      {!only && <IconButton icon={X} className={css.remove} label={t('rules.removeCondition', { number })} onClick={onRemove} />}
    </div>
  )
}
