import { useState } from 'react'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Switch, Field } from '~/kit/ui/controls'
import { Dialog } from '~/kit/ui/Dialog'
import { errorText } from '~/kit/ui/states'
import { say } from '~/kit/undo'
import type { MailAccount } from '../account'
import { textToHtml, type Draft } from '../compose/draft'
import type { MailEngine } from '../engine'
import { templateFiles } from './files'
import { saveTemplate } from './store'

/** Keeps what is on the sheet as a template. */
export default function SaveTemplate({ engine, account, draft, onClose }: { engine: MailEngine; account: MailAccount; draft: Draft; onClose: () => void }) {
  const t = useT()
  const [name, setName] = useState(draft.subject.trim())
  const [people, setPeople] = useState(false)
  const [error, setError] = useState<string>()
  const save = async (): Promise<void> => {
    if (!name.trim()) return setError(t('template.noName'))
    const days = draft.kind?.due ? Math.max(1, Math.round((Date.parse(draft.kind.due) - Date.now()) / 86_400_000)) : null
    try {
      await saveTemplate(engine, account, {
        name: name.trim(), kind: draft.kind?.kind ?? null, subject: draft.subject, htmlBody: draft.rich ? draft.body : textToHtml(draft.body),
        to: people ? draft.to : [], cc: people ? draft.cc : [], dueDays: days, every: draft.kind?.every ?? null, sortOrder: 0, files: templateFiles(draft.files),
      })
      say(t('template.saved', { name: name.trim() }))
      onClose()
    } catch (e) {
      setError(errorText(t, asSyncError(e)))
    }
  }
  return (
    <Dialog
      title={t('template.save')}
      onClose={onClose}
      footer={
        <>
          <Button onClick={onClose}>{t('act.cancel')}</Button>
          <Button look="primary" onClick={() => void save()}>
            {t('template.keep')}
          </Button>
        </>
      }
    >
      <Field label={t('template.name')} value={name} autoFocus error={error} hint={account.isPersonal ? t('template.mine') : t('template.shared', { name: account.name })} onChange={(e) => { setName(e.target.value); setError(undefined) }} />
      {draft.to.length + draft.cc.length > 0 && <Switch label={t('template.withPeople')} on={people} onChange={setPeople} />}
    </Dialog>
  )
}
