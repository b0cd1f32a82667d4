import type { PostRecord } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { Button, IconButton } from '~/kit/ui/Button'
import { Choice, Field } from '~/kit/ui/controls'
import { Plus, Trash2 } from '~/kit/ui/icons'
import css from './Console.module.css'
import { Day } from './Day'
import { may, type AdminApi, type Office } from './data'
import { UnitSelect } from './UnitSelect'

interface Props {
  api: AdminApi
  office: Office
  posts: Record<string, PostRecord>
  levels: (readonly [string, string])[] | null
  onChange: (posts: Record<string, PostRecord>) => void
}

const kinds = [['main', 'console.post.main'], ['additional', 'console.post.additional'], ['acting', 'console.post.acting']] as const

/** The posts of a person; those in units of others are shown and cannot be changed. With levels, one says what each is cleared for. */
export function PostFields({ api, office, posts, levels, onChange }: Props) {
  const t = useT()
  const allowed = (unit: string): boolean => may(api.mine, 'people', office.units, unit)
  const first = office.units.find((u) => allowed(u.id))?.id
  const put = (key: string, part: Partial<PostRecord>): void => onChange({ ...posts, [key]: { ...(posts[key] as PostRecord), ...part } })
  const add = (): void => {
    let n = 1
    while (posts[`new${n}`]) n++
    const kind = Object.values(posts).some((p) => p.kind === 'main') ? 'additional' : 'main'
    onChange({ ...posts, [`new${n}`]: { title: '', kind, unitId: first ?? '', sortOrder: 0, starts: null, ends: null, clearance: null } })
  }
  return (
    <fieldset className={css.group}>
      <legend>{t('console.posts')}</legend>
      {Object.entries(posts).map(([key, p], i) => {
        const fixed = p.unitId !== '' && !allowed(p.unitId)
        return (
        <fieldset key={key} className={css.item}>
          <legend className="sr">{t('console.postNumber', { number: i + 1 })}</legend>
          <fieldset className={css.bare} disabled={fixed}>
          <div className={css.pair}>
            <Field label={t('console.title')} value={p.title} onChange={(e) => put(key, { title: e.target.value })} />
            <UnitSelect label={t('console.unit')} units={office.units} value={p.unitId || null} only={(u) => allowed(u.id)} onChange={(u) => put(key, { unitId: u ?? '' })} />
          </div>
          <div className={css.days}>
            <Choice label={t('console.kind')} value={p.kind} options={kinds.map(([k, label]) => [k as string, t(label)] as const)} onChange={(kind) => put(key, { kind })} />
            <Day label={t('console.from')} value={p.starts} disabled={fixed} onChange={(starts) => put(key, { starts })} />
            <Day label={t('console.until')} value={p.ends} disabled={fixed} onChange={(ends) => put(key, { ends })} />
            <IconButton icon={Trash2} label={t('console.removePost')} onClick={() => onChange(Object.fromEntries(Object.entries(posts).filter(([k]) => k !== key)))} />
          </div>
          </fieldset>
          {levels && <Choice label={t('console.postClearance')} value={p.clearance ?? ''} options={[['', t('console.asPerson')], ...levels]} onChange={(level) => put(key, { clearance: level || null })} />}
        </fieldset>
        )
      })}
      {first && (
        <Button look="quiet" icon={Plus} onClick={add}>
          {t('console.addPost')}
        </Button>
      )}
    </fieldset>
  )
}
