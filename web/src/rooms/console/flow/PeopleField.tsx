import { useEffect, useMemo, useState } from 'react'
import { useT } from '~/kit/i18n'
import type { MailAccount } from '~/rooms/mail/account'
import { RecipientField } from '~/rooms/mail/compose/RecipientField'
import { searchDirectory } from '~/rooms/mail/compose/suggest'
import type { Sources } from '~/rooms/mail/compose/use-composer'
import css from '../Console.module.css'
import type { AdminApi } from '../data'
import { isAddress } from './model'

interface Props {
  api: AdminApi
  label: string
  hint?: string
  values: readonly string[]
  onChange: (values: string[]) => void
  max: number
}

/** People and positions by their names, found as recipients of letters are; a rule keeps their addresses. */
export function PeopleField({ api, label, hint, values, onChange, max }: Props) {
  const t = useT()
  const { engine } = api
  const [names, setNames] = useState<Readonly<Record<string, string | null>>>({})
  const sources = useMemo<Sources>(() => ({ engine, recent: [], directory: (text) => searchDirectory(engine, engine.accounts[0] as MailAccount, text).then((list) => list.filter((s) => !s.members)) }), [engine])
  useEffect(() => {
    let stale = false
    for (const email of values.filter((v) => !(v in names))) {
      void sources.directory(email).then((list) => {
        if (!stale) setNames((old) => ({ ...old, [email]: list.find((s) => s.email.toLowerCase() === email.toLowerCase())?.name ?? null }))
      }, () => {}) // the address says enough
    }
    return () => { stale = true }
  }, [sources, values, names])
  return (
    <div className={css.field}>
      <RecipientField
        inForm
        label={label}
        sources={sources}
        value={values.map((email) => ({ name: names[email] ?? null, email }))}
        error={values.every(isAddress) ? undefined : t('mailrules.wrong.address')}
        onChange={(list) => {
          setNames((old) => ({ ...old, ...Object.fromEntries(list.flatMap((a) => (a.name ? [[a.email, a.name]] : []))) }))
          onChange(list.slice(0, max).map((a) => a.email))
        }}
      />
      {hint && <p className={css.sub}>{hint}</p>}
    </div>
  )
}
