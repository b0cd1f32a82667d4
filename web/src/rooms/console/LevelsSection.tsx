import { useState } from 'react'
import type { ServiceLevel } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { fileSize } from '~/kit/i18n/dates'
import { say, sayError } from '~/kit/undo'
import { Button, IconButton } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { Pencil, Plus, Tag, Trash2 } from '~/kit/ui/icons'
import { Empty } from '~/kit/ui/states'
import css from './Console.module.css'
import type { PartProps } from './ConsoleRoom'
import { nameIn, refusal } from './data'
import { FormDialog } from './FormDialog'
import { NameFields } from './NameFields'

// As sizes are shown everywhere in the client.
const GB = 1000 ** 3

/** Service levels: what a class of people gets. */
export function LevelsSection({ api, office, reload }: PartProps) {
  const t = useT()
  const [editing, setEditing] = useState<ServiceLevel | 'new' | null>(null)
  const remove = async (l: ServiceLevel): Promise<void> => {
    try {
      await api.set('ServiceLevel', { destroy: [l.id] })
      reload()
      const { names, quota, sortOrder } = l
      say(t('console.removed', { name: nameIn(l.names) }), { undo: async () => { await api.set('ServiceLevel', { create: { again: { names, quota, sortOrder } } }); reload() } })
    } catch (e) {
      sayError(refusal(e))
    }
  }
  return (
    <>
      <header className={css.head}>
        <h1>{t('console.levels')}</h1>
        <i className={css.spring} />
        <Button look="primary" icon={Plus} onClick={() => setEditing('new')}>{t('console.addLevel')}</Button>
      </header>
      {office.levels.length === 0 ? (
        <Empty icon={Tag} title={t('console.noLevels')}>{t('console.noLevelsHint')}</Empty>
      ) : (
        <ul className={css.rows}>
          {office.levels.map((l) => (
            <li key={l.id} className={css.line}>
              <span className={css.who}>
                <span>{nameIn(l.names)}</span>
                <small>{l.quota ? t('console.space', { size: fileSize(l.quota) }) : t('console.spaceDefault')}</small>
              </span>
              <small>{t('console.count', { count: l.totalPeople })}</small>
              <span className={css.acts}>
                <IconButton icon={Pencil} label={t('console.changeNamed', { name: nameIn(l.names) })} onClick={() => setEditing(l)} />
                <IconButton icon={Trash2} label={t('console.removeNamed', { name: nameIn(l.names) })} onClick={() => void remove(l)} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {editing && <LevelForm api={api} office={office} level={editing === 'new' ? null : editing} onClose={() => setEditing(null)} reload={reload} />}
    </>
  )
}

function LevelForm({ api, level, onClose, reload }: PartProps & { level: ServiceLevel | null; onClose: () => void }) {
  const t = useT()
  const [names, setNames] = useState<Record<string, string>>(level?.names ?? {})
  const [space, setSpace] = useState(level?.quota ? String(level.quota / GB) : '')
  const [error, setError] = useState<string>()
  const save = async (): Promise<void> => {
    if (!Object.values(names).some((n) => n.trim())) return setError(t('console.needName'))
    const quota = Math.round(Number(space || 0) * GB)
    if (!Number.isFinite(quota) || quota < 0) return setError(t('console.needSpace'))
    try {
      await api.set('ServiceLevel', level ? { update: { [level.id]: { names, quota } } } : { create: { new: { names, quota } } })
      say(t('console.saved', { name: nameIn(names) }))
      reload()
      onClose()
    } catch (e) {
      setError(refusal(e))
    }
  }
  return (
    <FormDialog title={t(level ? 'console.changeLevel' : 'console.addLevel')} error={error} onSave={save} onClose={onClose}>
      <NameFields names={names} onChange={(n) => { setNames(n); setError(undefined) }} />
      <Field label={t('console.spaceGB')} hint={t('console.spaceHint')} type="number" min={0} step="any" value={space} onChange={(e) => { setSpace(e.target.value); setError(undefined) }} />
    </FormDialog>
  )
}
