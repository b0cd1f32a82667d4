import type { ReactNode } from 'react'
import { useT } from '~/kit/i18n'
import css from './Chip.module.css'
import { X, type LucideIcon } from './icons'

/** A small thing that stands for another: a person, a label, a part of a search. */
export function Chip({ children, name, icon: Icon, onRemove, bad }: { children: ReactNode; /** For the remove button: what it removes. */ name: string; icon?: LucideIcon; onRemove?: () => void; bad?: boolean }) {
  const t = useT()
  return (
    <span className={css.chip} data-bad={bad || undefined}>
      {Icon && <Icon size={14} aria-hidden />}
      <span className={css.text}>{children}</span>
      {onRemove && (
        <button type="button" className={css.remove} aria-label={t('compose.remove', { name })} onClick={onRemove}>
          <X size={14} aria-hidden />
        </button>
      )}
    </span>
  )
}
