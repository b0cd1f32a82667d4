import { useEffect, type ReactNode } from 'react'
import { useT } from '~/kit/i18n'
import { Seal } from '../Seal'
import door from '../SignIn.module.css'

/** The page of the sign-in with something else in it. */
export function Door({ title, children }: { title: string; children?: ReactNode }) {
  const t = useT()
  useEffect(() => {
    document.title = `${title} · Chancery`
  }, [title])
  return (
    <main className={door.page}>
      <div className={door.brand}>
        <Seal size={52} />
        <p className={door.name}>Chancery</p>
        <p className={door.sub}>{t('signIn.tagline')}</p>
      </div>
      <div className={door.panel}>
        <h1 className={door.title}>{title}</h1>
        {children}
      </div>
    </main>
  )
}
