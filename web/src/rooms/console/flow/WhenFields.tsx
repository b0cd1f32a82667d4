import { useState } from 'react'
import type { FlowRuleSet } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { Button } from '~/kit/ui/Button'
import { Choice, Field, Switch } from '~/kit/ui/controls'
import css from '../Console.module.css'
import type { Office } from '../data'
import { ListField } from './ListField'
import { hasUnless, isFileType, isPattern, isWord } from './model'
import { UnitsField } from './UnitsField'

interface Props {
  rule: FlowRuleSet
  office: Office
  levels: readonly (readonly [string, string])[]
  onChange: (rule: FlowRuleSet) => void
}

type Files = 'none' | 'any' | 'some' | 'unreadable'
const MB = 1000 ** 2

/** Which letters a rule is about. */
export function WhenFields({ rule, office, levels, onChange }: Props) {
  const t = useT()
  const w = rule.when
  const set = (change: Partial<FlowRuleSet['when']>): void => onChange({ ...rule, when: { ...w, ...change } })
  const files: Files = !w.attachments ? 'none' : w.attachments.unreadable ? 'unreadable' : w.attachments.any ? 'any' : 'some'
  const choose = (f: Files): void => set({ attachments: f === 'none' ? null : { any: f === 'any', types: [], larger: 0, unreadable: f === 'unreadable' } })
  return (
    <fieldset className={css.group}>
      <legend className={css.part}>{t('mailrules.which')}</legend>
      <p className={css.sub}>{t('mailrules.whichHint')}</p>
      <Choice label={t('mailrules.direction')} value={w.direction} options={[['', t('mailrules.direction.any')], ['out', t('mailrules.direction.out')], ['in', t('mailrules.direction.in')]]} onChange={(direction) => set({ direction })} />
      <Switch label={t('mailrules.outside')} on={w.outside} onChange={(outside) => set({ outside })} />
      <UnitsField label={t('mailrules.senderUnits')} units={office.units} values={w.senderUnits} onChange={(senderUnits) => set({ senderUnits })} />
      <ListField label={t('mailrules.senders')} hint={t('mailrules.patternHint')} values={w.senders} isGood={isPattern} wrong={t('mailrules.wrong.pattern')} onChange={(senders) => set({ senders })} />
      <UnitsField label={t('mailrules.recipientUnits')} units={office.units} values={w.recipientUnits} onChange={(recipientUnits) => set({ recipientUnits })} />
      <ListField label={t('mailrules.recipients')} values={w.recipients} isGood={isPattern} wrong={t('mailrules.wrong.pattern')} onChange={(recipients) => set({ recipients })} />
      {levels.length > 0 && <Choice label={t('mailrules.level')} value={w.level ?? ''} options={[['', t('mailrules.level.any')], ...levels]} onChange={(l) => set({ level: l || null })} />}
      <ListField label={t('mailrules.words')} hint={t('mailrules.wordsHint')} values={w.words} isGood={isWord} wrong={t('mailrules.wrong.word')} onChange={(words) => set({ words })} />
      <Field label={t('mailrules.persons')} hint={t('mailrules.personsHint')} type="number" min={0} max={1000} value={w.persons || ''} onChange={(e) => set({ persons: Number(e.target.value) })} />
      <Choice label={t('mailrules.files')} value={files} options={[['none', t('mailrules.files.none')], ['any', t('mailrules.files.any')], ['some', t('mailrules.files.some')], ['unreadable', t('mailrules.files.unreadable')]]} onChange={choose} />
      {files === 'unreadable' && <p className={css.sub}>{t('mailrules.files.unreadableHint')}</p>}
      {(files === 'some' || files === 'unreadable') && w.attachments && (
        <>
          <ListField label={t('mailrules.types')} hint={t('mailrules.typesHint')} values={w.attachments.types} max={50} isGood={isFileType} wrong={t('mailrules.wrong.type')} onChange={(types) => w.attachments && set({ attachments: { ...w.attachments, types } })} />
          {files === 'some' && <Field label={t('mailrules.larger')} type="number" min={0} step="any" inputMode="decimal" value={w.attachments.larger ? w.attachments.larger / MB : ''} onChange={(e) => w.attachments && set({ attachments: { ...w.attachments, larger: Math.round(Number(e.target.value) * MB) } })} />}
        </>
      )}
      <UnlessFields rule={rule} office={office} onChange={onChange} />
    </fieldset>
  )
}

/** The exceptions, which most rules have none of. */
function UnlessFields({ rule, office, onChange }: Omit<Props, 'levels'>) {
  const t = useT()
  const [open, setOpen] = useState(hasUnless(rule))
  const u = rule.unless
  const set = (change: Partial<FlowRuleSet['unless']>): void => onChange({ ...rule, unless: { ...u, ...change } })
  if (!open) return <Button look="quiet" onClick={() => setOpen(true)}>{t('mailrules.addUnless')}</Button>
  return (
    <fieldset className={css.group}>
      <legend className={css.part}>{t('mailrules.unless')}</legend>
      <UnitsField label={t('mailrules.unless.senderUnits')} units={office.units} values={u.senderUnits} onChange={(senderUnits) => set({ senderUnits })} />
      <ListField label={t('mailrules.unless.senderList')} values={u.senders} isGood={isPattern} wrong={t('mailrules.wrong.pattern')} onChange={(senders) => set({ senders })} />
      <UnitsField label={t('mailrules.unless.recipientUnits')} units={office.units} values={u.recipientUnits} onChange={(recipientUnits) => set({ recipientUnits })} />
      <ListField label={t('mailrules.unless.recipientList')} hint={t('mailrules.unless.recipientHint')} values={u.recipients} isGood={isPattern} wrong={t('mailrules.wrong.pattern')} onChange={(recipients) => set({ recipients })} />
      <Switch label={t('mailrules.unless.isEncrypted')} on={u.encrypted} onChange={(encrypted) => set({ encrypted })} />
    </fieldset>
  )
}
