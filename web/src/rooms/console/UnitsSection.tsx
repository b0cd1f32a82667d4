import { useState } from 'react'
import type { Unit } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { say, sayError } from '~/kit/undo'
import { Button, IconButton } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { Folder, Pencil, Plus, Trash2 } from '~/kit/ui/icons'
import { Empty } from '~/kit/ui/states'
import css from './Console.module.css'
import type { PartProps } from './ConsoleRoom'
import { depth, may, nameIn, refusal } from './data'
import { FormDialog } from './FormDialog'
import { NameFields } from './NameFields'
import { UnitSelect } from './UnitSelect'

/** The tree of units: rename, move, add below, remove what is empty. */
export function UnitsSection({ api, office, reload }: PartProps) {
  const t = useT()
  const [editing, setEditing] = useState<{ unit: Unit | null; parent: string | null } | null>(null)
  const allowed = (id: string | null): boolean => may(api.mine, 'units', office.units, id)
  const remove = async (u: Unit): Promise<void> => {
    try {
      await api.set('Unit', { destroy: [u.id] })
      reload()
      const { names, parentId, sortOrder } = u
      say(t('console.removed', { name: nameIn(u.names) }), { undo: async () => { await api.set('Unit', { create: { again: { names, parentId, sortOrder } } }); reload() } })
    } catch (e) {
      sayError(refusal(e))
    }
  }
  return (
    <>
      <header className={css.head}>
        <h1>{t('console.units')}</h1>
        <span className={css.count}>{t('console.unitCount', { count: office.units.length })}</span>
        {allowed(null) && <Button look="primary" icon={Plus} onClick={() => setEditing({ unit: null, parent: office.units[0]?.id ?? null })}>{t('console.addUnit')}</Button>}
      </header>
      {office.units.length === 0 ? (
        <Empty icon={Folder} title={t('console.noUnits')} />
      ) : (
        <ul className={css.rows}>
          {office.units.map((u) => (
            <li key={u.id} className={css.line} style={{ paddingInlineStart: 16 + depth(office.units, u) * 20 }}>
              <span className={css.who}>
                <span>{nameIn(u.names)}</span>
              </span>
              <small>{t('console.count', { count: u.totalPeople })}</small>
              <span className={css.acts}>
                {allowed(u.id) && <IconButton icon={Pencil} label={t('console.changeNamed', { name: nameIn(u.names) })} onClick={() => setEditing({ unit: u, parent: u.parentId })} />}
                {allowed(u.id) && <IconButton icon={Plus} label={t('console.addBelow', { name: nameIn(u.names) })} onClick={() => setEditing({ unit: null, parent: u.id })} />}
                {allowed(u.parentId) && u.totalPeople === 0 && <IconButton icon={Trash2} label={t('console.removeNamed', { name: nameIn(u.names) })} onClick={() => void remove(u)} />}
              </span>
            </li>
          ))}
        </ul>
      )}
      {editing && <UnitForm api={api} office={office} {...editing} onClose={() => setEditing(null)} reload={reload} />}
    </>
  )
}

function UnitForm({ api, office, unit, parent, onClose, reload }: PartProps & { unit: Unit | null; parent: string | null; onClose: () => void }) {
  const t = useT()
  const [names, setNames] = useState<Record<string, string>>(unit?.names ?? {})
  const [to, setTo] = useState(parent)
  const [sort, setSort] = useState(unit?.sortOrder ?? 1 + Math.max(0, ...office.units.filter((u) => u.parentId === parent).map((u) => u.sortOrder)))
  const [error, setError] = useState<string>()
  const save = async (): Promise<void> => {
    if (!Object.values(names).some((n) => n.trim())) return setError(t('console.needName'))
    const patch: Record<string, unknown> = {}
    if (unit) {
      for (const l of new Set([...Object.keys(names), ...Object.keys(unit.names)])) if (names[l] !== unit.names[l]) patch[`names/${l}`] = names[l] || null
      if (to !== unit.parentId) patch['parentId'] = to
      if (sort !== unit.sortOrder) patch['sortOrder'] = sort
    }
    try {
      await api.set('Unit', unit ? { update: { [unit.id]: patch } } : { create: { new: { names, parentId: to, sortOrder: sort } } })
      say(t('console.saved', { name: nameIn(names) }))
      reload()
      onClose()
    } catch (e) {
      setError(refusal(e))
    }
  }
  const below = (u: Unit): boolean => {
    for (let at: Unit | undefined = u, n = 0; at && n < 50; n++) {
      if (at.id === unit?.id) return true
      const up: string | null = at.parentId
      at = office.units.find((x) => x.id === up)
    }
    return false
  }
  return (
    <FormDialog title={t(unit ? 'console.changeUnit' : 'console.addUnit')} error={error} onSave={save} onClose={onClose}>
      <NameFields names={names} onChange={(n) => { setNames(n); setError(undefined) }} />
      {(!unit || may(api.mine, 'units', office.units, unit.parentId)) && (
        <UnitSelect label={t('console.above')} units={office.units} value={to} {...(may(api.mine, 'units', office.units, null) ? { empty: t('console.top') } : {})} only={(u) => may(api.mine, 'units', office.units, u.id) && !below(u)} onChange={setTo} />
      )}
      <Field label={t('console.order')} type="number" value={sort} onChange={(e) => setSort(Number(e.target.value))} />
    </FormDialog>
  )
}
