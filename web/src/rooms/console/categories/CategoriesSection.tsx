import { useState } from 'react'
import type { Category } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { say, sayError } from '~/kit/undo'
import { Button, IconButton } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { Pencil, Plus, Trash2, Users } from '~/kit/ui/icons'
import { Empty } from '~/kit/ui/states'
import css from '../Console.module.css'
import type { PartProps } from '../ConsoleRoom'
import { nameIn, refusal } from '../data'
import { FormDialog } from '../FormDialog'
import { NameFields } from '../NameFields'

const refused = (e: unknown, t: ReturnType<typeof useT>): string => {
  const type = (e as { type?: string }).type
  return type === 'categoryInUse' ? t('categories.inUse') : type === 'alreadyExists' ? t('categories.twice') : refusal(e)
}

/** Kinds of staff, as the organisation and its personnel systems call them. */
export default function CategoriesSection({ api, office, reload }: PartProps) {
  const t = useT()
  const [editing, setEditing] = useState<Category | 'new' | null>(null)
  const remove = async (c: Category): Promise<void> => {
    try {
      await api.set('Category', { destroy: [c.id] })
      reload()
      say(t('console.removed', { name: nameIn(c.names) }), { undo: async () => { await api.set('Category', { create: { again: { code: c.id, names: c.names, sortOrder: c.sortOrder } } }); reload() } })
    } catch (e) {
      sayError(refused(e, t))
    }
  }
  return (
    <>
      <header className={css.head}>
        <h1>{t('console.categories')}</h1>
        <i className={css.spring} />
        <Button look="primary" icon={Plus} onClick={() => setEditing('new')}>{t('categories.add')}</Button>
      </header>
      {office.categories.length === 0 ? (
        <Empty icon={Users} title={t('categories.none')}>{t('categories.noneHint')}</Empty>
      ) : (
        <ul className={css.rows}>
          {office.categories.map((c) => (
            <li key={c.id} className={css.line}>
              <span className={css.sentence}>
                <span>{nameIn(c.names)}</span>
                <small>{c.id}</small>
              </span>
              <small>{t('console.count', { count: c.totalPeople })}</small>
              <span className={css.acts}>
                <IconButton icon={Pencil} label={t('console.changeNamed', { name: nameIn(c.names) })} onClick={() => setEditing(c)} />
                <IconButton icon={Trash2} label={t('console.removeNamed', { name: nameIn(c.names) })} onClick={() => void remove(c)} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {editing && <CategoryForm api={api} category={editing === 'new' ? null : editing} next={office.categories.length + 1} onClose={() => setEditing(null)} reload={reload} />}
    </>
  )
}

function CategoryForm({ api, category, next, onClose, reload }: { api: PartProps['api']; category: Category | null; next: number; onClose: () => void; reload: () => void }) {
  const t = useT()
  const [code, setCode] = useState(category?.id ?? '')
  const [names, setNames] = useState<Record<string, string>>(category?.names ?? {})
  const [order, setOrder] = useState(String(category?.sortOrder ?? next))
  const [error, setError] = useState<string>()
  const save = async (): Promise<void> => {
    if (!Object.values(names).some((n) => n.trim())) return setError(t('console.needName'))
    if (!/^[a-z0-9][a-z0-9-]{0,39}$/.test(code.trim())) return setError(t('categories.needCode'))
    const fields = { names: Object.fromEntries(Object.entries(names).filter(([, n]) => n.trim())), sortOrder: Math.round(Number(order)) || 0 }
    try {
      await api.set('Category', category ? { update: { [category.id]: fields } } : { create: { new: { code: code.trim(), ...fields } } })
      say(t('console.saved', { name: nameIn(names) }))
      reload()
      onClose()
    } catch (e) {
      setError(refused(e, t))
    }
  }
  return (
    <FormDialog title={t(category ? 'categories.change' : 'categories.add')} error={error} onSave={save} onClose={onClose}>
      <div className={css.pair} data-hints>
        <Field label={t('categories.code')} hint={t('categories.codeHint')} value={code} disabled={category !== null} autoCapitalize="none" spellCheck={false} maxLength={40} onChange={(e) => { setCode(e.target.value); setError(undefined) }} />
        <Field label={t('categories.order')} type="number" value={order} onChange={(e) => setOrder(e.target.value)} />
      </div>
      <NameFields names={names} onChange={(n) => { setNames(n); setError(undefined) }} />
    </FormDialog>
  )
}
