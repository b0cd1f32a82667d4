import { useT } from '~/kit/i18n'
import css from './Apply.module.css'

/** Leads those without an account to the form. */
export default function ApplyLink() {
  const t = useT()
  return (
    <p className={css.link}>
      {t('apply.ask')} <a href="/apply">{t('apply.link')}</a>
    </p>
  )
}
