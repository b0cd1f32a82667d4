import { useState } from 'react'
import type { FactorEnrolment } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { fullDate } from '~/kit/i18n/dates'
import { asSyncError } from '~/kit/sync/errors'
import { Banner } from '~/kit/ui/Banner'
import { Button, IconButton } from '~/kit/ui/Button'
import { Dialog, confirm } from '~/kit/ui/Dialog'
import { Field } from '~/kit/ui/controls'
import { Group } from '~/kit/ui/Group'
import { Plus, Trash2 } from '~/kit/ui/icons'
import { errorText } from '~/kit/ui/states'
import { say } from '~/kit/undo'
import type { Security, SecurityApi } from './api'
import css from './Security.module.css'
import { Codes } from './Codes'

/** Codes from an app on the telephone, and recovery codes for when it is lost. */
export function Factors({ api, data, change }: { api: SecurityApi; data: Security; change: (act: () => Promise<unknown>) => Promise<void> }) {
  const t = useT()
  const [enrolment, setEnrolment] = useState<FactorEnrolment | null>(null)
  const [codes, setCodes] = useState<string[] | null>(null)
  const remove = async (id: string, name: string): Promise<void> => {
    const last = data.factors.length === 1
    if (!(await confirm({ title: t('factor.remove', { name }), text: t(last ? 'factor.removeLast' : 'factor.removeOne'), confirm: t('factor.remove', { name }) }))) return
    await change(async () => { await api.removeFactor(id); say(t('factor.removed', { name })) })
  }
  return (
    <Group title={t('factor.title')} hint={t('factor.hint')}>
      <ul className={css.list}>
        {data.factors.map((f) => (
          <li key={f.id}>
            <span className={css.name}>
              <span>{f.name}</span>
              <small>{f.usedAt ? t('security.used', { when: fullDate(f.usedAt) }) : t('security.unused')}</small>
            </span>
            <IconButton icon={Trash2} label={t('factor.remove', { name: f.name })} onClick={() => void remove(f.id, f.name)} />
          </li>
        ))}
      </ul>
      {data.factors.length > 0 && data.recoveryCodes < 3 && <Banner kind="warning">{t('codes.few', { count: data.recoveryCodes })}</Banner>}
      <div className={css.acts}>
        <Button icon={Plus} onClick={() => void change(async () => setEnrolment(await api.addFactor(t('factor.phone'))))}>
          {t('factor.add')}
        </Button>
        {data.factors.length > 0 && (
          <Button onClick={() => void change(async () => setCodes(await api.renewCodes()))}>{t('codes.renew', { count: data.recoveryCodes })}</Button>
        )}
      </div>
      {enrolment && (
        <Enrol
          enrolment={enrolment}
          onClose={() => setEnrolment(null)}
          onCode={async (code) => {
            const fresh = await api.confirmFactor(enrolment.id, code)
            setEnrolment(null)
            if (fresh.length > 0) setCodes(fresh)
            else say(t('factor.added'))
            await change(async () => {})
          }}
        />
      )}
      {codes && <Codes codes={codes} onClose={() => setCodes(null)} />}
    </Group>
  )
}

function Enrol({ enrolment, onCode, onClose }: { enrolment: FactorEnrolment; onCode: (code: string) => Promise<void>; onClose: () => void }) {
  const t = useT()
  const [code, setCode] = useState('')
  const [error, setError] = useState<string>()
  const [busy, setBusy] = useState(false)
  const send = async (): Promise<void> => {
    setBusy(true)
    try {
      await onCode(code)
    } catch (err) {
      const e = asSyncError(err)
      setError(e.type === 'wrongCode' ? t('factor.wrongCode') : errorText(t, e))
      setBusy(false)
    }
  }
  return (
    <Dialog
      title={t('factor.add')}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('act.cancel')}</Button>
          <Button look="primary" type="submit" form="enrol" busy={busy}>
            {t('factor.confirm')}
          </Button>
        </>
      }
    >
      <form id="enrol" className={css.enrol} onSubmit={(e) => { e.preventDefault(); void send() }} noValidate>
        <p>{t('factor.scan')}</p>
        <img className={css.qr} src={`data:image/png;base64,${enrolment.qr}`} alt={t('factor.qr')} width={200} height={200} />
        <p className={css.secret}>
          {t('factor.secret')} <code translate="no">{enrolment.secret.replace(/(.{4})/g, '$1 ').trim()}</code>
        </p>
        <Field label={t('signIn.code')} hint={t('signIn.code.hint')} value={code} inputMode="numeric" autoComplete="one-time-code" autoFocus error={error} onChange={(e) => { setCode(e.target.value); setError(undefined) }} />
      </form>
    </Dialog>
  )
}
