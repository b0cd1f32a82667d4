import { useEffect, useState } from 'react'
import type { Regulation } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { Skeleton } from '~/kit/ui/states'
import css from './Regulations.module.css'
import { Regulated } from './Read'

/** The regulations that everybody may read, also who is not signed in. */
export default function RegulationsPage() {
  const t = useT()
  const [list, setList] = useState<Regulation[] | 'failed'>()
  useEffect(() => {
    document.title = `${t('regulations.title')} · Chancery`
    void fetch('/rulebook/public')
      .then(async (r) => (r.ok ? ((await r.json()) as { list: Regulation[] }).list : 'failed' as const))
      .catch(() => 'failed' as const)
      .then(setList)
  }, [t])
  return (
    <div className={css.scroller}>
      <main className={css.page}>
        <h1 className={css.title}>{t('regulations.title')}</h1>
        {!list ? <Skeleton lines={8} /> : list === 'failed' ? <p role="alert">{t('error.server')}</p> : list.length === 0 ? <p>{t('regulations.none')}</p> : <div className={css.list}>{list.map((r) => <Regulated key={r.id} r={r} />)}</div>}
        <p className={css.link}><a href="/">{t('regulations.back')}</a></p>
      </main>
    </div>
  )
}
