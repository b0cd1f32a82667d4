import { useId, useState } from 'react'
import type { RegulationText, RegulationVersion } from '~/api/jmap'
import { language, languages, useT } from '~/kit/i18n'
import { say } from '~/kit/undo'
import { Choice, Field, Switch } from '~/kit/ui/controls'
import { IconButton } from '~/kit/ui/Button'
import { Trash2 } from '~/kit/ui/icons'
import css from '../Console.module.css'
import type { PartProps } from '../ConsoleRoom'
import { nameIn, unitPath } from '../data'
import { Day } from '../Day'
import { FormDialog } from '../FormDialog'
import { UnitSelect } from '../UnitSelect'
import own from './Rulebook.module.css'
import { refused } from './words'

type Term = 'none' | 'now' | 'days'

interface Props extends Omit<PartProps, 'reload'> {
  version: RegulationVersion | null
  /** A new version of it, not a change of the draft. */
  again: boolean
  onClose: () => void
}

/** A draft: the wording in each language, from when, for whom, and until when it has to be accepted. */
export function VersionForm({ api, office, version, again, onClose }: Props) {
  const t = useT()
  const body = useId()
  const [texts, setTexts] = useState<Record<string, RegulationText>>(version?.texts ?? {})
  const [lang, setLang] = useState<string>(language())
  const [starts, setStarts] = useState(again ? null : (version?.starts ?? null))
  const [term, setTerm] = useState<Term>(!version || version.within === null ? 'none' : version.within === 0 ? 'now' : 'days')
  const [days, setDays] = useState(String(version?.within || 14))
  const [open, setOpen] = useState(version?.public ?? false)
  const [units, setUnits] = useState<string[]>(version?.unitIds ?? [])
  const [kinds, setKinds] = useState<string[]>(version?.categoryIds ?? [])
  const [error, setError] = useState<string>()
  const text = texts[lang] ?? { title: '', body: '' }
  const write = (part: Partial<RegulationText>): void => {
    setTexts({ ...texts, [lang]: { ...text, ...part } })
    setError(undefined)
  }
  const save = async (): Promise<void> => {
    const filled = Object.entries(texts).filter(([, x]) => x.title.trim() || x.body.trim())
    const half = filled.find(([, x]) => !x.title.trim() || !x.body.trim())
    if (half) setLang(half[0])
    if (filled.length === 0 || half) return setError(t('rulebook.needText'))
    const within = term === 'none' ? null : term === 'now' ? 0 : Number(days)
    if (within !== null && (!Number.isInteger(within) || within < 0 || within > 365)) return setError(t('rulebook.needDays'))
    const fields = { texts: Object.fromEntries(filled), starts, within, public: open, unitIds: units, categoryIds: kinds }
    try {
      await api.set('RegulationVersion', version && !again ? { update: { [version.id]: fields } } : { create: { new: { ...fields, ruleId: version?.ruleId ?? null } } })
      say(t('console.saved', { name: filled[0]?.[1].title ?? '' }))
      onClose()
    } catch (e) {
      setError(refused(e))
    }
  }
  return (
    <FormDialog wide title={t(again ? 'rulebook.next' : version ? 'rulebook.change' : 'rulebook.add')} act={t('rulebook.saveDraft')} error={error} onSave={save} onClose={onClose}>
      <Choice label={t('rulebook.language')} value={lang} options={Object.entries(languages).map(([l, name]) => [l, texts[l]?.body.trim() ? `${name} ✓` : name] as const)} onChange={setLang} />
      <Field label={t('rulebook.textTitle')} lang={lang} value={text.title} maxLength={200} onChange={(e) => write({ title: e.target.value })} />
      <span className={css.field}>
        <label htmlFor={body}>{t('rulebook.wording')}</label>
        <textarea id={body} className={own.wording} lang={lang} rows={10} value={text.body} aria-describedby={`${body}-note`} onChange={(e) => write({ body: e.target.value })} />
        <small id={`${body}-note`} className={css.sub}>{t('rulebook.wordingHint')}</small>
      </span>
      <Day label={t('rulebook.starts')} value={starts} onChange={setStarts} />
      <Choice label={t('rulebook.term')} value={term} options={[['none', t('rulebook.termNone')], ['now', t('rulebook.termNow')], ['days', t('rulebook.termIn')]]} onChange={setTerm} />
      {term === 'days' && <Field label={t('rulebook.days')} type="number" min={1} max={365} inputMode="numeric" value={days} onChange={(e) => { setDays(e.target.value); setError(undefined) }} />}
      <p className={css.sub}>{t('rulebook.termHint')}</p>
      <UnitSelect label={t('rulebook.units')} units={office.units} value={null} empty={units.length ? t('console.chooseUnit') : t('rulebook.everybody')} only={(u) => !units.includes(u.id)} onChange={(u) => u && setUnits([...units, u])} />
      {units.length > 0 && (
        <ul className={css.chips}>
          {units.map((u) => (
            <li key={u}>
              {unitPath(office.units, u)}
              <IconButton icon={Trash2} label={t('console.removeNamed', { name: unitPath(office.units, u) })} onClick={() => setUnits(units.filter((x) => x !== u))} />
            </li>
          ))}
        </ul>
      )}
      {office.categories.length > 0 && (
        <fieldset className={css.group}>
          <legend className={css.part}>{t('rulebook.categories')}</legend>
          <p className={css.sub}>{t('rulebook.categoriesHint')}</p>
          {office.categories.map((c) => <Switch key={c.id} label={nameIn(c.names)} on={kinds.includes(c.id)} onChange={(on) => setKinds(on ? [...kinds, c.id] : kinds.filter((k) => k !== c.id))} />)}
        </fieldset>
      )}
      <Switch label={t('rulebook.public')} on={open} onChange={setOpen}>{t('rulebook.publicHint')}</Switch>
    </FormDialog>
  )
}
