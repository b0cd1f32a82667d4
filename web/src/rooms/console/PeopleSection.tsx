import { Suspense, lazy, useCallback, useDeferredValue, useState, type KeyboardEvent } from 'react'
import type { PersonRecord } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { asSyncError } from '~/kit/sync/errors'
import { Avatar } from '~/kit/ui/Avatar'
import { Button } from '~/kit/ui/Button'
import { Plus, Users } from '~/kit/ui/icons'
import { Empty, Failure, Skeleton } from '~/kit/ui/states'
import { CategorySelect } from './categories/CategorySelect'
import css from './Console.module.css'
import type { PartProps } from './ConsoleRoom'
import { PAGE, anywhere, nameIn, unitPath, useLoad } from './data'
import { UnitSelect } from './UnitSelect'

const PersonForm = lazy(() => import('./PersonForm'))

/** The people whom one administers: found by words or unit, added, changed. */
export function PeopleSection({ api, office }: PartProps) {
  const t = useT()
  const [text, setText] = useState('')
  const [unit, setUnit] = useState<string | null>(null)
  const [category, setCategory] = useState('')
  const [page, setPage] = useState(0)
  const [editing, setEditing] = useState<PersonRecord | 'new' | null>(null)
  const words = useDeferredValue(text.trim())
  const read = useCallback(() => api.people({ text: words, ...(unit ? { unitId: unit, inSubunits: true } : {}), ...(category ? { categoryId: category } : {}) }, page * PAGE), [api, words, unit, category, page])
  const { data, error, reload } = useLoad(read)
  return (
    <>
      <header className={css.head}>
        <h1>{t('console.people')}</h1>
        <span className={css.count} role="status">{data && t('console.count', { count: data.total })}</span>
        {anywhere(api.mine, 'people') && (
          <Button look="primary" icon={Plus} onClick={() => setEditing('new')}>
            {t('console.addPerson')}
          </Button>
        )}
      </header>
      <div className={css.filters}>
        <input type="search" aria-label={t('console.findPerson')} placeholder={t('console.findPerson')} value={text} onChange={(e) => { setText(e.target.value); setPage(0) }} />
        <UnitSelect label={t('console.unit')} units={office.units} value={unit} empty={t('console.allUnits')} onChange={(u) => { setUnit(u); setPage(0) }} />
        {office.categories.length > 0 && <CategorySelect office={office} value={category} onChange={(c) => { setCategory(c); setPage(0) }} />}
      </div>
      {error ? (
        <Failure error={asSyncError(error)} retry={reload} />
      ) : !data ? (
        <Skeleton lines={8} />
      ) : data.people.length === 0 ? (
        <Empty icon={Users} title={t(text || unit || category ? 'console.noneFound' : 'console.noPeople')} />
      ) : (
        <ul className={css.rows} onKeyDown={arrows}>
          {data.people.map((p) => {
            const post = Object.values(p.posts).find((x) => x.kind === 'main') ?? Object.values(p.posts)[0]
            return (
              <li key={p.id}>
                <button type="button" className={css.row} onClick={() => setEditing(p)}>
                  <Avatar name={p.name} email={p.email} size={32} />
                  <span className={css.who}>
                    <span lang={guessLanguage(p.name)}>{p.name}</span>
                    <small>{p.email}</small>
                  </span>
                  <span className={css.post}>
                    {post && <span lang={guessLanguage(post.title)}>{post.title}</span>}
                    <small>{[unitPath(office.units, post?.unitId ?? null), p.categoryId && nameIn(office.categories.find((c) => c.id === p.categoryId)?.names)].filter(Boolean).join(' · ')}</small>
                  </span>
                  {p.locked && <em className={css.mark}>{t('console.locked')}</em>}
                </button>
              </li>
            )
          })}
        </ul>
      )}
      {data && data.total > PAGE && (
        <footer className={css.pages}>
          <Button disabled={page === 0} onClick={() => setPage(page - 1)}>{t('console.earlier')}</Button>
          <Button disabled={(page + 1) * PAGE >= data.total} onClick={() => setPage(page + 1)}>{t('console.further')}</Button>
        </footer>
      )}
      <Suspense>{editing && <PersonForm api={api} office={office} person={editing === 'new' ? null : editing} unit={unit} onClose={() => setEditing(null)} onDone={reload} />}</Suspense>
    </>
  )
}

/** Moves between the rows by the arrows, as in every list. */
function arrows(e: KeyboardEvent<HTMLUListElement>): void {
  const step = e.key === 'ArrowDown' ? 1 : e.key === 'ArrowUp' ? -1 : 0
  if (step === 0) return
  const rows = [...e.currentTarget.querySelectorAll('button')]
  const next = rows[rows.indexOf(document.activeElement as HTMLButtonElement) + step]
  if (!next) return
  e.preventDefault()
  next.focus()
}
