import { useEffect, useState } from 'react'
import { useT } from '~/kit/i18n'
import css from './Apply.module.css'
import { readOffer } from './apply'

/** Leads those without an account to the form, where the office takes applications. */
export default function ApplyLink() {
  const t = useT()
  const [open, setOpen] = useState(false)
  useEffect(() => {
    void readOffer().then((o) => setOpen(o.open), () => undefined)
  }, [])
  if (!open) return null
  return (
    <p className={css.link}>
      {t('apply.ask')} <a href="/apply">{t('apply.link')}</a>
    </p>
  )
}
