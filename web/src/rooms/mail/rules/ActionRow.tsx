import type { RuleAction } from '~/api/types.gen'
import { useT } from '~/kit/i18n'
import { compareNames } from '~/kit/i18n/dates'
import { IconButton } from '~/kit/ui/Button'
import { X } from '~/kit/ui/icons'
import { folderPath, folderTree, type FolderNode } from '../account'
import { folderName } from '../names'
import type { Place } from './calls'
import { acts, isAct, needsValue } from './model'
import { Pick } from './Pick'
import css from './Rules.module.css'

interface Props {
  action: RuleAction
  number: number
  place: Place
  wrong: boolean
  only: boolean
  onChange: (a: RuleAction) => void
  onRemove: () => void
}

/** One thing to do, with the folder, label or colleague it needs. */
export function ActionRow({ action: a, number, place, wrong, only, onChange, onRemove }: Props) {
  const t = useT()
  const outside = place.engine.session.accounts[place.account.id]?.accountCapabilities['urn:chancery:params:jmap:rules']?.['forwardsOutside'] === true
  const bad = (wrong && !a.value?.trim()) || undefined
  const input = (label: string, type: string) => <input className={css.input} type={type} aria-label={label} placeholder={label} value={a.value ?? ''} aria-invalid={bad} onChange={(e) => onChange({ ...a, value: type === 'text' ? e.target.value.replaceAll(/[\s()\]{%*"\\]/g, '') : e.target.value.trim() })} />
  return (
    <div className={css.row} role="group" aria-label={t('rules.action', { number })}>
      <Pick label={t('rules.act')} value={a.type} options={Object.entries(acts).map(([v, k]) => [v, t(k)] as const)} onChange={(type) => isAct(type) && onChange({ type, ...(needsValue({ type }) ? { value: '' } : {}) })} />
      {a.type === 'fileInto' && <Pick label={t('rules.folder')} value={a.value ?? ''} wrong={bad} options={[['', t('rules.chooseFolder')], ...folders(place)]} onChange={(value) => onChange({ ...a, value })} />}
      {a.type === 'addKeyword' && input(t('rules.label'), 'text')}
      {a.type === 'forwardTo' && input(t('rules.address'), 'email')}
      {a.type === 'forwardTo' && <small className={css.note}>{t(outside ? 'rules.outsideToo' : 'rules.insideOnly')}</small>}
      {a.type === 'discard' && <small className={css.note}>{t('rules.discardNote')}</small>}
      {!only && <IconButton icon={X} className={css.remove} label={t('rules.removeAction', { number })} onClick={onRemove} />}
    </div>
  )
}

/** The folders that letters can be put into, with their paths. */
export function folders({ account }: Place): (readonly [string, string])[] {
  const out: (readonly [string, string])[] = []
  const add = (n: FolderNode): void => {
    const m = n.mailbox
    if (m.role !== 'drafts' && m.role !== 'sent') out.push([m.id, folderPath(account, m, folderName)])
    n.children.forEach(add)
  }
  folderTree(account.mailboxes.all(), compareNames).forEach(add)
  return out
}
