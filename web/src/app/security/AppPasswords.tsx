import { useState } from 'react'
import type { AppPassword } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { fullDate } from '~/kit/i18n/dates'
import { Button, IconButton } from '~/kit/ui/Button'
import { Dialog, confirm } from '~/kit/ui/Dialog'
import { Field } from '~/kit/ui/controls'
import { Group } from '~/kit/ui/Group'
import { Trash2 } from '~/kit/ui/icons'
import { say } from '~/kit/undo'
import type { SecurityApi } from './api'
import { CopyButton } from './Codes'
import css from './Security.module.css'

/** A password for each mail program, which cannot ask for a code. */
export function AppPasswords({ api, list, needed, change }: { api: SecurityApi; list: AppPassword[]; needed: boolean; change: (act: () => Promise<unknown>) => Promise<void> }) {
  const t = useT()
  const [name, setName] = useState('')
  const [error, setError] = useState<string>()
  const [made, setMade] = useState<string | null>(null)
  const add = (): void => {
    if (!name.trim()) return setError(t('app.noName'))
    void change(async () => {
      setMade((await api.addAppPassword(name.trim())).password)
      setName('')
    })
  }
  const remove = async (p: AppPassword): Promise<void> => {
    if (!(await confirm({ title: t('app.remove', { name: p.name }), text: t('app.removeText'), confirm: t('app.remove', { name: p.name }) }))) return
    await change(async () => { await api.removeAppPassword(p.id); say(t('app.removed', { name: p.name })) })
  }
  return (
    <Group title={t('app.title')} hint={t(needed ? 'app.needed' : 'app.hint')}>
      <ul className={css.list}>
        {list.map((p) => (
          <li key={p.id}>
            <span className={css.name}>
              <span>{p.name}</span>
              <small>{p.usedAt ? t('app.used', { when: fullDate(p.usedAt), from: p.usedFrom }) : t('security.unused')}</small>
            </span>
            <IconButton icon={Trash2} label={t('app.remove', { name: p.name })} onClick={() => void remove(p)} />
          </li>
        ))}
      </ul>
      <form className={css.add} onSubmit={(e) => { e.preventDefault(); add() }} noValidate>
        <Field label={t('app.name')} value={name} placeholder={t('app.example')} maxLength={60} error={error} onChange={(e) => { setName(e.target.value); setError(undefined) }} />
        <Button type="submit">{t('app.add')}</Button>
      </form>
      {api.cardDav && (
        <p className={css.note}>
          {t('app.cardDav')} <code translate="no">{new URL(api.cardDav, location.origin).href}</code>
        </p>
      )}
      {made && (
        <Dialog
          title={t('app.made')}
          onClose={() => setMade(null)}
          footer={
            <>
              <CopyButton text={made} />
              <Button look="primary" onClick={() => setMade(null)}>
                {t('security.kept')}
              </Button>
            </>
          }
        >
          <p>{t('app.madeText')}</p>
          <p className={css.one} translate="no">
            <code>{made}</code>
          </p>
        </Dialog>
      )}
    </Group>
  )
}
