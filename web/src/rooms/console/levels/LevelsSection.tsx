import { useState } from 'react'
import type { ServiceLevel } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { say, sayError } from '~/kit/undo'
import { Button, IconButton } from '~/kit/ui/Button'
import { Pencil, Plus, Tag, Trash2 } from '~/kit/ui/icons'
import { Empty } from '~/kit/ui/states'
import css from '../Console.module.css'
import type { PartProps } from '../ConsoleRoom'
import { nameIn, refusal } from '../data'
import { LevelForm } from './LevelForm'
import { lines } from './words'

/** Service levels: what a class of people gets, and has less than everybody. */
export default function LevelsSection({ api, office, reload }: PartProps) {
  const t = useT()
  const [editing, setEditing] = useState<ServiceLevel | 'new' | null>(null)
  const remove = async (l: ServiceLevel): Promise<void> => {
    try {
      await api.set('ServiceLevel', { destroy: [l.id] })
      reload()
      const { id: _, totalPeople: __, ...again } = l
      say(t('console.removed', { name: nameIn(l.names) }), { undo: async () => { await api.set('ServiceLevel', { create: { again } }); reload() } })
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
              <span className={css.sentence}>
                <span>{nameIn(l.names)}</span>
                {lines(l).map((text) => <small key={text}>{text}</small>)}
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
      {editing && <LevelForm api={api} level={editing === 'new' ? null : editing} onClose={() => setEditing(null)} reload={reload} />}
    </>
  )
}
