import { useCallback, useState } from 'react'
import type { Visibility } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { say, sayError } from '~/kit/undo'
import { Button, IconButton } from '~/kit/ui/Button'
import { Choice } from '~/kit/ui/controls'
import { Eye, Pencil, Plus, Trash2 } from '~/kit/ui/icons'
import { Empty, Failure, Skeleton } from '~/kit/ui/states'
import css from './Console.module.css'
import type { PartProps } from './ConsoleRoom'
import { nameIn, refusal, unitPath, useLoad, type Office } from './data'
import { FormDialog } from './FormDialog'
import { UnitSelect } from './UnitSelect'

type Draft = Pick<Visibility, 'unitId' | 'levelId' | 'shownTo'>

/** A rule as a sentence. */
function sentence(t: ReturnType<typeof useT>, office: Office, r: Draft): string {
  const whom = r.unitId ? unitPath(office.units, r.unitId) : nameIn(office.levels.find((l) => l.id === r.levelId)?.names)
  const to = r.shownTo.map((u) => unitPath(office.units, u)).join(t('list.separator'))
  return t(r.unitId ? (to ? 'console.rule.unitTo' : 'console.rule.unit') : to ? 'console.rule.levelTo' : 'console.rule.level', { whom, to })
}

/** Who is not shown to everybody in the address book, as sentences. */
export function RulesSection({ api, office }: PartProps) {
  const t = useT()
  const { data, error, reload } = useLoad(useCallback(() => api.rules(), [api]))
  const [editing, setEditing] = useState<Visibility | 'new' | null>(null)
  const remove = async (r: Visibility): Promise<void> => {
    try {
      await api.set('Visibility', { destroy: [r.id] })
      reload()
      const { unitId, levelId, shownTo } = r
      say(t('console.ruleRemoved'), { undo: async () => { await api.set('Visibility', { create: { again: { unitId, levelId, shownTo } } }); reload() } })
    } catch (e) {
      sayError(refusal(e))
    }
  }
  return (
    <>
      <header className={css.head}>
        <h1>{t('console.rules')}</h1>
        <i className={css.spring} />
        <Button look="primary" icon={Plus} onClick={() => setEditing('new')}>{t('console.addRule')}</Button>
      </header>
      {error ? (
        <Failure error={asSyncError(error)} retry={reload} />
      ) : !data ? (
        <Skeleton lines={4} />
      ) : data.length === 0 ? (
        <Empty icon={Eye} title={t('console.noRules')}>{t('console.noRulesHint')}</Empty>
      ) : (
        <ul className={css.rows}>
          {data.map((r) => (
            <li key={r.id} className={css.line}>
              <span className={css.sentence}>{sentence(t, office, r)}</span>
              <small>{t('console.affects', { count: r.totalPeople })}</small>
              <span className={css.acts}>
                <IconButton icon={Pencil} label={t('console.changeNamed', { name: sentence(t, office, r) })} onClick={() => setEditing(r)} />
                <IconButton icon={Trash2} label={t('console.removeNamed', { name: sentence(t, office, r) })} onClick={() => void remove(r)} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {editing && <RuleForm api={api} office={office} rule={editing === 'new' ? null : editing} onClose={() => setEditing(null)} reload={reload} />}
    </>
  )
}

function RuleForm({ api, office, rule, onClose, reload }: PartProps & { rule: Visibility | null; onClose: () => void }) {
  const t = useT()
  const [draft, setDraft] = useState<Draft>(rule ?? { unitId: null, levelId: null, shownTo: [] })
  const [by, setBy] = useState<'unit' | 'level'>(rule?.levelId ? 'level' : 'unit')
  const [error, setError] = useState<string>()
  const chosen = by === 'unit' ? office.units.find((u) => u.id === draft.unitId) : office.levels.find((l) => l.id === draft.levelId)
  const { data: preview } = useLoad(useCallback(async () => {
    const filter = by === 'unit' ? (draft.unitId ? { unitId: draft.unitId, inSubunits: true } : null) : draft.levelId ? { levelId: draft.levelId } : null
    return filter ? api.people(filter) : null
  }, [api, by, draft.unitId, draft.levelId]))
  const save = async (): Promise<void> => {
    if (!chosen) return setError(t(by === 'unit' ? 'console.needUnit' : 'console.needLevel'))
    const fields = { unitId: by === 'unit' ? draft.unitId : null, levelId: by === 'level' ? draft.levelId : null, shownTo: draft.shownTo }
    try {
      await api.set('Visibility', rule ? { update: { [rule.id]: fields } } : { create: { new: fields } })
      say(t('console.ruleSaved'))
      reload()
      onClose()
    } catch (e) {
      setError(refusal(e))
    }
  }
  return (
    <FormDialog title={t(rule ? 'console.changeRule' : 'console.addRule')} error={error} onSave={save} onClose={onClose}>
      {office.levels.length > 0 && <Choice segmented label={t('console.hide')} value={by} options={[['unit', t('console.byUnit')], ['level', t('console.byLevel')]]} onChange={(v) => { setBy(v); setError(undefined) }} />}
      {by === 'unit' ? (
        <UnitSelect label={t('console.unitBelow')} units={office.units} value={draft.unitId} onChange={(unitId) => { setDraft({ ...draft, unitId }); setError(undefined) }} />
      ) : (
        <Choice label={t('console.level')} value={draft.levelId ?? ''} options={[['', '—'], ...office.levels.map((l) => [l.id, nameIn(l.names)] as const)]} onChange={(l) => setDraft({ ...draft, levelId: l || null })} />
      )}
      <UnitSelect label={t('console.shownTo')} units={office.units} value={null} empty={t('console.chooseUnit')} only={(u) => !draft.shownTo.includes(u.id)} onChange={(u) => u && setDraft({ ...draft, shownTo: [...draft.shownTo, u] })} />
      {draft.shownTo.length > 0 && (
        <ul className={css.chips}>
          {draft.shownTo.map((u) => (
            <li key={u}>
              {unitPath(office.units, u)}
              <IconButton icon={Trash2} label={t('console.removeNamed', { name: unitPath(office.units, u) })} onClick={() => setDraft({ ...draft, shownTo: draft.shownTo.filter((x) => x !== u) })} />
            </li>
          ))}
        </ul>
      )}
      {chosen && (
        <div className={css.preview} role="status">
          <p>{sentence(t, office, { ...draft, unitId: by === 'unit' ? draft.unitId : null })}</p>
          {preview && <p className={css.sub}>{t('console.affects', { count: preview.total })}{preview.people.length > 0 && `: ${preview.people.slice(0, 8).map((p) => p.name).join(t('list.separator'))}${preview.total > 8 ? '…' : ''}`}</p>}
        </div>
      )}
    </FormDialog>
  )
}
