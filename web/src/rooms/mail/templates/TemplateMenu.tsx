import { Suspense, lazy, useState } from 'react'
import type { Identity, Template } from '~/api/jmap'
import { useT, withTexts } from '~/kit/i18n'
import { FileText, Plus } from '~/kit/ui/icons'
import { MenuButton, type MenuEntry } from '~/kit/ui/MenuButton'
import type { MailAccount } from '../account'
import { escapeText, textToHtml, htmlToText, type Draft } from '../compose/draft'
import type { MailEngine } from '../engine'
import { cleanMail } from '../sanitize'
import { dayAfter, fillFields } from './fields'
import { sheetFiles } from './files'
import { asks } from './kinds'
import { newMeeting } from './meeting'
import { ownUnit, useTemplates } from './store'

const SaveTemplate = lazy(() => withTexts('templates', () => import('./SaveTemplate')))

interface Props {
  engine: MailEngine
  account: MailAccount
  draft: Draft
  identity: Identity
  fill: (part: Partial<Draft>) => void
  compact: boolean
}

/** The button that puts a template on the sheet, or keeps the sheet as one. */
export default function TemplateMenu({ engine, account, draft, identity, fill, compact }: Props) {
  const t = useT()
  const templates = useTemplates(engine, account)
  const [saving, setSaving] = useState(false)
  const entries: MenuEntry[] = [
    ...(templates ?? []).map((x) => ({ id: x.id, label: x.name, icon: FileText, run: () => void insert(x) })),
    { id: 'save', group: t('template.own'), label: t('template.save'), icon: Plus, run: () => setSaving(true) },
  ]
  const insert = async (x: Template): Promise<void> => {
    const unit = account.isPersonal ? await ownUnit(engine, identity.email).catch(() => '') : account.name
    fill(applyTemplate(x, draft, { sender: identity.name || identity.email, unit }))
  }
  return (
    <>
      <MenuButton icon={FileText} label={t('template.insert')} words={compact ? undefined : t('template.insert')} placement="top start" entries={entries} />
      {saving && (
        <Suspense>
          <SaveTemplate engine={engine} account={account} draft={draft} onClose={() => setSaving(false)} />
        </Suspense>
      )}
    </>
  )
}

/** The sheet after a template: what was written already stays below it. */
export function applyTemplate(x: Template, draft: Draft, who: { sender: string; unit: string }): Partial<Draft> {
  const due = x.dueDays ? dayAfter(x.dueDays) : undefined
  const values = { ...who, due, name: draft.to.length === 1 ? draft.to[0]?.name || draft.to[0]?.email : undefined }
  const html = cleanMail(fillFields(x.htmlBody, values, escapeText), 'keep', true).html
  const written = draft.rich ? (htmlToText(draft.body).trim() ? draft.body : '') : draft.body.trim() ? draft.body : ''
  const to = [...draft.to, ...(x.to ?? []).filter((a) => !draft.to.some((b) => b.email.toLowerCase() === a.email.toLowerCase()))]
  const cc = [...draft.cc, ...(x.cc ?? []).filter((a) => !draft.cc.some((b) => b.email.toLowerCase() === a.email.toLowerCase()))]
  return {
    rich: true,
    body: html + (draft.rich ? written : textToHtml(written)),
    subject: draft.subject.trim() || fillFields(x.subject, values),
    to,
    cc,
    files: sheetFiles(draft.files, x.files),
    ...(x.kind === 'meeting-invitation' && !draft.meeting ? { meeting: newMeeting() } : {}),
    ...(x.kind ? { kind: { kind: x.kind, ...(asks(x.kind) ? { due: due ?? dayAfter(7) } : {}), ...(x.every ? { every: x.every } : {}) } } : {}),
  }
}
