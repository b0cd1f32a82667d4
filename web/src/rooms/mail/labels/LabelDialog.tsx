import { useState } from 'react'
import { useT } from '~/kit/i18n'
import { Button } from '~/kit/ui/Button'
import { Dialog } from '~/kit/ui/Dialog'
import { Plus } from '~/kit/ui/icons'
import type { Ask } from '../ask'
import { choices, choose, newKeyword, useChoices } from '../choices'
import { Pick, type Option } from '../folders/Pick'
import { Dot } from './Chips'

type State = 'on' | 'some' | 'off'

/** The labels of some letters, each on, off, or on for some; what is typed and unknown becomes a new one. */
export function LabelDialog({ ask, onClose }: { ask: Ask & { what: 'label' }; onClose: () => void }) {
  const t = useT()
  const { labels } = useChoices()
  const [changed, setChanged] = useState<Record<string, State>>({})
  const before = (keyword: string): State => {
    const n = ask.emails.filter((e) => e.keywords[keyword]).length
    return n === 0 ? 'off' : n === ask.emails.length ? 'on' : 'some'
  }
  const now = (keyword: string): State => changed[keyword] ?? before(keyword)
  const options = labels.map((l): Option => ({ id: l.keyword, text: l.name, mark: <Dot colour={l.colour} />, state: now(l.keyword) }))
  const pick = (o: Option, text: string): void => {
    if (o.state) return setChanged({ ...changed, [o.id]: o.state === 'on' ? 'off' : 'on' })
    const keyword = newKeyword(text, choices().labels.map((l) => l.keyword))
    choose({ labels: [...choices().labels, { keyword, name: text, colour: 'teal' }] })
    setChanged({ ...changed, [keyword]: 'on' })
  }
  const done = (): void => {
    const add = Object.keys(changed).filter((k) => changed[k] === 'on' && before(k) !== 'on')
    const remove = Object.keys(changed).filter((k) => changed[k] === 'off' && (before(k) !== 'off' || ask.emails.length === 0))
    onClose()
    if (add.length + remove.length > 0) setTimeout(() => ask.apply(add, remove), 0)
  }
  return (
    <Dialog title={t('labels.choose')} onClose={onClose} footer={<><Button onClick={onClose}>{t('act.cancel')}</Button><Button look="primary" onClick={done}>{t('labels.apply')}</Button></>}>
      <div onKeyDown={(e) => (e.ctrlKey || e.metaKey) && e.key === 'Enter' && done()}>
        <Pick
          label={t('pick.label')}
          options={options}
          extra={(text) => (text && !labels.some((l) => l.name.toLowerCase() === text.toLowerCase()) ? { id: '~new', text: t('pick.newLabel', { name: text }), mark: <Plus size={16} aria-hidden /> } : undefined)}
          onPick={pick}
        />
      </div>
    </Dialog>
  )
}
