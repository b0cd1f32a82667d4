import { useEffect, type ReactNode } from 'react'
import { useT } from '~/kit/i18n'
import { Seal } from './Seal'
import css from './SignIn.module.css'

/** The page of who is not in yet: the house, a title, what is asked, and what stands below. */
export function Door({ title, foot, children }: { title: string; foot?: ReactNode; children?: ReactNode }) {
  const t = useT()
  useEffect(() => {
    document.title = `${title} · Chancery`
  }, [title])
  return (
    <main className={css.page}>
      <div className={css.brand}>
        <Seal size={52} />
        <p className={css.name}>Chancery</p>
        <p className={css.sub}>{t('signIn.tagline')}</p>
      </div>
      <div className={css.panel}>
        <h1 className={css.title}>{title}</h1>
        {children}
      </div>
      {foot}
    </main>
  )
}
