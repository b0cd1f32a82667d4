import { languages, useT } from '~/kit/i18n'
import { Field } from '~/kit/ui/controls'

/** A name in each of the languages; those left empty fall back to another. */
export function NameFields({ names, onChange }: { names: Record<string, string>; onChange: (names: Record<string, string>) => void }) {
  const t = useT()
  return Object.entries(languages).map(([l, own]) => (
    <Field key={l} label={t('console.nameIn', { language: own })} lang={l} value={names[l] ?? ''} onChange={(e) => onChange({ ...names, [l]: e.target.value })} />
  ))
}
