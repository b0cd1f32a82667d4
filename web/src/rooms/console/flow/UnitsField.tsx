import type { Unit } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { Chip } from '~/kit/ui/Chip'
import css from '../Console.module.css'
import { unitPath } from '../data'
import { UnitSelect } from '../UnitSelect'

/** Several units, each with all below it. */
export function UnitsField({ label, units, values, onChange }: { label: string; units: readonly Unit[]; values: readonly string[]; onChange: (values: string[]) => void }) {
  const t = useT()
  return (
    <div className={css.field}>
      <UnitSelect label={label} units={units} value={null} empty={t('console.chooseUnit')} only={(u) => !values.includes(u.id)} onChange={(u) => u && onChange([...values, u])} />
      {values.length > 0 && (
        <ul className={css.bareChips} aria-label={t('mailrules.chosen', { label })}>
          {values.map((u) => <li key={u}><Chip name={unitPath(units, u)} onRemove={() => onChange(values.filter((x) => x !== u))}>{unitPath(units, u)}</Chip></li>)}
        </ul>
      )}
    </div>
  )
}
