import { useState } from 'react'
import type { Factor, FactorEnrolment } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { fullDate } from '~/kit/i18n/dates'
import { Banner } from '~/kit/ui/Banner'
import { Button, IconButton } from '~/kit/ui/Button'
import { confirm } from '~/kit/ui/Dialog'
import { Group } from '~/kit/ui/Group'
import { Pencil, Plus, Trash2 } from '~/kit/ui/icons'
import { say } from '~/kit/undo'
import type { Security, SecurityApi } from './api'
import css from './Security.module.css'
import { keysWork } from '../ways/keys-work'
import { Codes } from './Codes'
import { EnrolApp } from './EnrolApp'
import { AddKey, Rename } from './KeyDialogs'

/** Security keys, codes from an app on the telephone, and recovery codes for when it is lost. */
export function Factors({ api, data, change }: { api: SecurityApi; data: Security; change: (act: () => Promise<unknown>) => Promise<void> }) {
  const t = useT()
  const [enrolment, setEnrolment] = useState<FactorEnrolment | null>(null)
  const [codes, setCodes] = useState<string[] | null>(null)
  const [adding, setAdding] = useState(false)
  const [renaming, setRenaming] = useState<Factor | null>(null)
  const added = async (fresh: string[], text: string): Promise<void> => {
    if (fresh.length > 0) setCodes(fresh)
    else say(text)
    await change(async () => {})
  }
  const remove = async ({ id, name, kind }: Factor): Promise<void> => {
    const last = data.factors.length === 1
    if (!(await confirm({ title: t('factor.remove', { name }), text: t(last ? 'factor.removeLast' : kind === 'key' ? 'key.removeOne' : 'factor.removeOne'), confirm: t('factor.remove', { name }) }))) return
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
            <IconButton icon={Pencil} label={t('factor.rename', { name: f.name })} onClick={() => setRenaming(f)} />
            <IconButton icon={Trash2} label={t('factor.remove', { name: f.name })} onClick={() => void remove(f)} />
          </li>
        ))}
      </ul>
      {data.factors.length > 0 && data.recoveryCodes < 3 && <Banner kind="warning">{t('codes.few', { count: data.recoveryCodes })}</Banner>}
      <div className={css.acts}>
        <Button icon={Plus} onClick={() => void change(async () => setEnrolment(await api.addFactor(t('factor.phone'))))}>
          {t('factor.add')}
        </Button>
        {keysWork() && (
          <Button icon={Plus} onClick={() => setAdding(true)}>
            {t('key.add')}
          </Button>
        )}
        {data.factors.length > 0 && (
          <Button onClick={() => void change(async () => setCodes(await api.renewCodes()))}>{t('codes.renew', { count: data.recoveryCodes })}</Button>
        )}
      </div>
      {enrolment && (
        <EnrolApp
          enrolment={enrolment}
          onClose={() => setEnrolment(null)}
          onCode={async (code) => {
            const fresh = await api.confirmFactor(enrolment.id, code)
            setEnrolment(null)
            await added(fresh, t('factor.added'))
          }}
        />
      )}
      {adding && <AddKey api={api} change={change} onClose={() => setAdding(false)} onAdded={(fresh) => void added(fresh, t('key.added'))} />}
      {renaming && (
        <Rename
          factor={renaming}
          onClose={() => setRenaming(null)}
          onName={async (name) => {
            setRenaming(null)
            await change(async () => { await api.renameFactor(renaming.id, name); say(t('factor.renamed')) })
          }}
        />
      )}
      {codes && <Codes codes={codes} onClose={() => setCodes(null)} />}
    </Group>
  )
}
