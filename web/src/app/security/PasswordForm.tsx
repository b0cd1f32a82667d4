import { useState } from 'react'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { Group } from '~/kit/ui/Group'
import { errorText } from '~/kit/ui/states'
import { say } from '~/kit/undo'
import type { SecurityApi } from './api'
import css from './Security.module.css'

const none = { old: '', next: '', again: '' }

/** Another password; the other sessions end with it. */
export function PasswordForm({ api, onDone }: { api: SecurityApi; onDone: () => Promise<void> }) {
  const t = useT()
  const [form, setForm] = useState(none)
  const [error, setError] = useState<{ field: keyof typeof none; text: string }>()
  const [busy, setBusy] = useState(false)
  const rule = t(api.rules?.passwordClasses ? 'password.ruleMixed' : 'password.rule', { count: api.rules?.minPassword ?? 10, kinds: api.rules?.passwordClasses ?? 0 })
  const save = async (): Promise<void> => {
    if (!form.old) return setError({ field: 'old', text: t('password.noOld') })
    if ([...form.next].length < (api.rules?.minPassword ?? 10)) return setError({ field: 'next', text: rule })
    if (form.next !== form.again) return setError({ field: 'again', text: t('password.differ') })
    setBusy(true)
    try {
      await api.changePassword(form.old, form.next)
      setForm(none)
      say(t('password.changed'))
      await onDone()
    } catch (err) {
      const e = asSyncError(err)
      if (e.type === 'weakPassword') setError({ field: 'next', text: t('password.weak') + ' ' + rule })
      else setError({ field: 'old', text: e.type === 'wrongPassword' ? t('password.wrong') : errorText(t, e) })
    }
    setBusy(false)
  }
  const field = (name: keyof typeof none, label: string, complete: string, hint?: string) => (
    <Field
      label={label}
      {...(hint ? { hint } : {})}
      type="password"
      autoComplete={complete}
      value={form[name]}
      error={error?.field === name ? error.text : undefined}
      onChange={(e) => { setForm({ ...form, [name]: e.target.value }); setError(undefined) }}
    />
  )
  return (
    <Group title={t('password.title')} hint={t('password.hint')}>
      <form className={css.form} onSubmit={(e) => { e.preventDefault(); void save() }} noValidate>
        {field('old', t('password.old'), 'current-password')}
        {field('next', t('password.new'), 'new-password', rule)}
        {field('again', t('password.again'), 'new-password')}
        <div className={css.acts}>
          <Button type="submit" busy={busy}>{t('password.change')}</Button>
        </div>
      </form>
    </Group>
  )
}
