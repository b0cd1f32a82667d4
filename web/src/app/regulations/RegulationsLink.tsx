import { useT } from '~/kit/i18n'
import css from './Regulations.module.css'

/** Leads from the sign-in page to the regulations that everybody may read. */
export default function RegulationsLink() {
  const t = useT()
  return <p className={css.under}><a href="/regulations">{t('regulations.link')}</a></p>
}
