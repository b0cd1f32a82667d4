import { useState, type KeyboardEvent } from 'react'
import type { Mailbox } from '~/api/jmap'
import type { Rule } from '~/api/types.gen'
import { useT } from '~/kit/i18n'
import { composing } from '~/kit/keys/ime'
import { IconButton } from '~/kit/ui/Button'
import { ChevronDown, ChevronUp, GripVertical, Pencil, Trash2 } from '~/kit/ui/icons'
import { moved, sentence } from './model'
import css from './Rules.module.css'

interface Props {
  rules: Rule[]
  boxes: readonly Mailbox[]
  /** The rules do not run at present. */
  off: boolean
  onChange: (rules: Rule[], done?: string) => void
  onEdit: (r: Rule) => void
}

/** The rules in their order, which dragging, the arrows and Alt with an arrow key change. */
export function RuleList({ rules, boxes, off, onChange, onEdit }: Props) {
  const t = useT()
  const [dragged, setDragged] = useState<number | null>(null)
  const [over, setOver] = useState<number | null>(null)
  const [told, setTold] = useState('')
  const move = (from: number, to: number): void => {
    if (to < 0 || to >= rules.length || from === to) return
    onChange(moved(rules, from, to))
    setTold(t('rules.moved', { name: rules[from]?.name ?? '', place: to + 1, count: rules.length }))
    // The focus stays with the rule that moved.
    requestAnimationFrame(() => document.querySelector<HTMLElement>(`[data-rule="${rules[from]?.id}"] [data-name]`)?.focus())
  }
  const onKey = (e: KeyboardEvent, i: number): void => {
    if (!e.altKey || composing(e) || (e.key !== 'ArrowUp' && e.key !== 'ArrowDown')) return
    e.preventDefault()
    move(i, e.key === 'ArrowUp' ? i - 1 : i + 1)
  }
  return (
    <>
      <ol className={css.rules} aria-label={t('rules.title')}>
        {rules.map((r, i) => (
          <li
            key={r.id}
            data-rule={r.id}
            data-off={!r.isEnabled || off || undefined}
            data-over={over === i && dragged !== i ? (dragged !== null && dragged < i ? 'below' : 'above') : undefined}
            onKeyDown={(e) => onKey(e, i)}
            onDragOver={(e) => { if (dragged !== null) { e.preventDefault(); setOver(i) } }}
            onDrop={(e) => { e.preventDefault(); if (dragged !== null) move(dragged, i); setDragged(null); setOver(null) }}
          >
            <span className={css.grip} draggable onDragStart={(e) => { e.dataTransfer.effectAllowed = 'move'; setDragged(i) }} onDragEnd={() => { setDragged(null); setOver(null) }} aria-hidden>
              <GripVertical size={16} />
            </span>
            <button type="button" role="switch" className={css.on} aria-checked={r.isEnabled} aria-label={t('rules.enabled', { name: r.name })} onClick={() => onChange(rules.map((x) => (x.id === r.id ? { ...x, isEnabled: !x.isEnabled } : x)))} />
            <button type="button" className={css.what} data-name onClick={() => onEdit(r)}>
              <b>{r.name}</b>
              <span>{sentence(r, boxes)}</span>
            </button>
            <span className={css.acts}>
              <IconButton icon={ChevronUp} label={t('rules.up', { name: r.name })} shortcut="Alt+↑" disabled={i === 0} onClick={() => move(i, i - 1)} />
              <IconButton icon={ChevronDown} label={t('rules.down', { name: r.name })} shortcut="Alt+↓" disabled={i === rules.length - 1} onClick={() => move(i, i + 1)} />
              <IconButton icon={Pencil} label={t('rules.edit', { name: r.name })} onClick={() => onEdit(r)} />
              <IconButton icon={Trash2} label={t('rules.delete', { name: r.name })} onClick={() => onChange(rules.filter((x) => x.id !== r.id), t('rules.deleted', { name: r.name }))} />
            </span>
          </li>
        ))}
      </ol>
      <p className="sr" role="status">{told}</p>
    </>
  )
}
