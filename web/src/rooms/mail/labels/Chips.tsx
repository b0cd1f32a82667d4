import type { Email } from '~/api/jmap'
import { guessLanguage } from '~/kit/i18n/guess'
import { useChoices, type Label } from '../choices'
import css from './Labels.module.css'

/** The labels of some emails, in the person's own order, each once. */
export function useLabels(emails: readonly Pick<Email, 'keywords'>[]): Label[] {
  const { labels } = useChoices()
  return labels.filter((l) => emails.some((e) => e.keywords[l.keyword]))
}

export function LabelChip({ label }: { label: Label }) {
  return (
    <span className={css.chip} data-colour={label.colour} lang={guessLanguage(label.name)} title={label.name}>
      {label.name}
    </span>
  )
}

/** As many labels as are asked for, and the number of the rest. */
export function LabelChips({ emails, max, without }: { emails: readonly Pick<Email, 'keywords'>[]; max: number; without?: string | undefined }) {
  const labels = useLabels(emails).filter((l) => l.keyword !== without)
  const rest = labels.slice(max)
  return (
    <>
      {labels.slice(0, max).map((l) => (
        <LabelChip key={l.keyword} label={l} />
      ))}
      {rest.length > 0 && (
        <span className={css.chip} title={rest.map((l) => l.name).join(', ')}>
          +{rest.length}
        </span>
      )}
    </>
  )
}

export function Dot({ colour }: { colour: Label['colour'] }) {
  return <i className={css.dot} data-colour={colour} aria-hidden />
}
