import { Suspense, useEffect, useState } from 'react'
import type { RoomProps } from '~/app/rooms'
import type { Template } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { asSyncError } from '~/kit/sync/errors'
import { Button, IconButton } from '~/kit/ui/Button'
import { Choice, Field } from '~/kit/ui/controls'
import { Group } from '~/kit/ui/Group'
import { FileText, Pencil, Plus, Trash2 } from '~/kit/ui/icons'
import { Empty, Skeleton, errorText } from '~/kit/ui/states'
import { say, sayError } from '~/kit/undo'
import type { MailAccount } from '../account'
import type { MailEngine } from '../engine'
import { RichEditor } from '../compose/editor'
import { cleanMail } from '../sanitize'
import { openSealed } from '../sealed'
import { asks, everyKeys, kindKeys, kinds } from './kinds'
import css from './Sections.module.css'
import TemplateFiles from './TemplateFiles'
import { removeTemplate, saveTemplate, useTemplates } from './store'

type Body = Omit<Template, 'id'>
const blank: Body = { name: '', kind: null, subject: '', htmlBody: '', to: [], cc: [], dueDays: null, every: null, sortOrder: 0, files: [] }

/** The templates of each account one may write from: to add, change and remove. */
export default function TemplatesSection({ engine }: RoomProps) {
  const t = useT()
  const [accountId, setAccountId] = useState(engine.accounts[0]?.id ?? '')
  const [editing, setEditing] = useState<{ id?: string; body: Body } | null>(null)
  const [ready, setReady] = useState(false)
  useEffect(() => void openSealed().then(() => setReady(true)), [])
  const account = engine.account(accountId)
  if (!account || !ready) return <Skeleton lines={5} />
  return (
    <Group title={t('template.settings')} hint={t('template.hint', { name: '{{name}}', date: '{{date}}', unit: '{{unit}}', sender: '{{sender}}', month: '{{month}}', due: '{{due}}' })}>
      {engine.accounts.length > 1 && (
        <Choice label={t('template.of')} value={accountId} onChange={(x) => { setAccountId(x); setEditing(null) }} options={engine.accounts.map((a) => [a.id, a.name] as const)} />
      )}
      {editing ? (
        <Editor key={editing.id ?? 'new'} engine={engine} account={account} id={editing.id} first={editing.body} onClose={() => setEditing(null)} />
      ) : (
        <TemplateList key={accountId} engine={engine} account={account} onEdit={(id, body) => setEditing({ ...(id ? { id } : {}), body })} />
      )}
    </Group>
  )
}

function TemplateList({ engine, account, onEdit }: { engine: MailEngine; account: MailAccount; onEdit: (id: string | undefined, body: Body) => void }) {
  const t = useT()
  const list = useTemplates(engine, account)
  const remove = async (x: Template): Promise<void> => {
    try {
      await removeTemplate(engine, account, x.id)
      const { id: _, ...body } = x
      say(t('template.removed', { name: x.name }), { undo: () => saveTemplate(engine, account, body) })
    } catch (e) {
      sayError(errorText(t, asSyncError(e)))
    }
  }
  if (!list) return <Skeleton lines={4} />
  return (
    <>
      {list.length === 0 && <Empty icon={FileText} title={t('template.none')} />}
      <ul className={css.list}>
        {list.map((x) => {
          const kind = x.kind ? kindKeys[x.kind] : undefined
          const { id, ...body } = x
          return (
            <li key={id}>
              <span className={css.name}>
                <span lang={guessLanguage(x.name)}>{x.name}</span>
                <small>{[kind && t(kind), x.subject, x.files.length > 0 && t('template.files', { count: x.files.length })].filter(Boolean).join(' · ')}</small>
              </span>
              {!account.isReadOnly && (
                <>
                  <IconButton icon={Pencil} label={t('template.change', { name: x.name })} onClick={() => onEdit(id, body)} />
                  <IconButton icon={Trash2} label={t('template.remove', { name: x.name })} onClick={() => void remove(x)} />
                </>
              )}
            </li>
          )
        })}
      </ul>
      {!account.isReadOnly && (
        <Button icon={Plus} onClick={() => onEdit(undefined, blank)}>
          {t('template.new')}
        </Button>
      )}
    </>
  )
}

function Editor({ engine, account, id, first, onClose }: { engine: MailEngine; account: MailAccount; id: string | undefined; first: Body; onClose: () => void }) {
  const t = useT()
  const [body, setBody] = useState(first)
  const [error, setError] = useState<string>()
  const [busy, setBusy] = useState(false)
  const set = (part: Partial<Body>): void => { setBody((b) => ({ ...b, ...part })); setError(undefined) }
  const save = async (): Promise<void> => {
    if (!body.name.trim()) return setError(t('template.noName'))
    try {
      await saveTemplate(engine, account, { ...body, name: body.name.trim() }, id)
      say(t('template.saved', { name: body.name.trim() }))
      onClose()
    } catch (e) {
      setError(errorText(t, asSyncError(e)))
    }
  }
  return (
    <div className={css.form}>
      <Field label={t('template.name')} value={body.name} error={error} autoFocus onChange={(e) => set({ name: e.target.value })} />
      <Choice label={t('kind.label')} value={body.kind ?? ''} onChange={(k) => set({ kind: k || null, dueDays: k && asks(k) ? (body.dueDays ?? 7) : null, every: k === 'periodic-report' ? (body.every ?? 'monthly') : null })} options={[['', t('kind.none')], ...kinds.map((k) => [k, t(kindKeys[k] ?? 'kind.none')] as const)]} />
      {body.kind && asks(body.kind) && <Field label={t('template.dueDays')} type="number" min={1} max={3660} value={body.dueDays ?? ''} onChange={(e) => set({ dueDays: Number(e.target.value) || null })} />}
      {body.kind === 'periodic-report' && <Choice label={t('kind.every')} value={body.every ?? ''} onChange={(k) => set({ every: k || null })} options={[['', t('every.once')], ...Object.entries(everyKeys).map(([k, key]) => [k, t(key)] as const)]} />}
      <Field label={t('field.subject')} value={body.subject} onChange={(e) => set({ subject: e.target.value })} />
      <div className={css.editor}>
        <Suspense fallback={<Skeleton lines={4} />}>
          <RichEditor value={cleanMail(first.htmlBody, 'keep', true).html} onChange={(htmlBody) => set({ htmlBody })} onComposing={() => {}} autoFocus={false} label={t('compose.body')} />
        </Suspense>
      </div>
      <TemplateFiles engine={engine} account={account} files={body.files} onChange={(files) => set({ files })} onBusy={setBusy} />
      <div className={css.acts}>
        <Button look="primary" disabled={busy} onClick={() => void save()}>
          {t('template.keep')}
        </Button>
        <Button onClick={onClose}>{t('act.cancel')}</Button>
      </div>
    </div>
  )
}
