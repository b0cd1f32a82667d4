import type { Editor } from '@tiptap/core'
import { useRef, useState } from 'react'
import { useT } from '~/kit/i18n'
import { Button, IconButton } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { Dialog } from '~/kit/ui/Dialog'
import { AlignCenter, AlignLeft, AlignRight, ImagePlus, Link, Minus, Plus, Table, Trash2, Pencil } from '~/kit/ui/icons'
import { MenuButton, type MenuEntry } from '~/kit/ui/MenuButton'

interface Props {
  editor: Editor
  onPictures?: ((files: File[]) => void) | undefined
}

// Dark enough for white paper; shown so on every machine.
const colours = ['#ab2a20', '#7a4f00', '#1b6637', '#1f578c', '#6b3fa0'] as const
const names = ['format.red', 'format.brown', 'format.green', 'format.blue', 'format.purple'] as const
const sizes = [['12px', 'format.small'], ['', 'format.normal'], ['20px', 'format.large'], ['26px', 'format.huge']] as const

/** Links, pictures, tables, alignment, sizes and colours. */
export function Tools({ editor, onPictures }: Props) {
  const t = useT()
  const files = useRef<HTMLInputElement>(null)
  const [link, setLink] = useState<string | null>(null)
  const e = editor
  const keep = (x: { preventDefault: () => void }): void => x.preventDefault()
  const inTable = e.isActive('table')
  const table = (): MenuEntry[] =>
    inTable
      ? [
          { id: 'row', label: t('table.addRow'), icon: Plus, run: () => e.chain().focus().addRowAfter().run() },
          { id: 'column', label: t('table.addColumn'), icon: Plus, run: () => e.chain().focus().addColumnAfter().run() },
          { id: 'noRow', label: t('table.removeRow'), icon: Minus, run: () => e.chain().focus().deleteRow().run() },
          { id: 'noColumn', label: t('table.removeColumn'), icon: Minus, run: () => e.chain().focus().deleteColumn().run() },
          { id: 'head', label: t('table.head'), checked: e.isActive('tableHeader'), run: () => e.chain().focus().toggleHeaderRow().run() },
          { id: 'none', label: t('table.remove'), icon: Trash2, danger: true, run: () => e.chain().focus().deleteTable().run() },
        ]
      : [2, 3, 4, 6].map((n) => ({ id: `t${n}`, label: t('table.insert', { rows: n, columns: n }), icon: Table, run: () => void e.chain().focus().insertTable({ rows: n, cols: n, withHeaderRow: true }).run() }))
  const look = (): MenuEntry[] => [
    ...([['left', AlignLeft, 'format.left'], ['center', AlignCenter, 'format.center'], ['right', AlignRight, 'format.right']] as const).map(([side, icon, name]) => ({ id: side, label: t(name), icon, checked: e.isActive({ textAlign: side }), run: () => void e.chain().focus().setTextAlign(side).run() })),
    ...sizes.map(([size, name]) => ({ id: name, label: t(name), checked: (e.getAttributes('textStyle')['fontSize'] ?? '') === size, run: () => void (size ? e.chain().focus().setFontSize(size).run() : e.chain().focus().unsetFontSize().run()) })),
    ...colours.map((c, i) => ({ id: c, label: t(names[i] as (typeof names)[number]), checked: e.isActive('textStyle', { color: c }), run: () => void e.chain().focus().setColor(c).run() })),
    { id: 'noColour', label: t('format.noColour'), run: () => void e.chain().focus().unsetColor().run() },
  ]
  return (
    <>
      <IconButton icon={Link} size={16} label={t('format.link')} aria-pressed={e.isActive('link')} onMouseDown={keep} onClick={() => setLink(String(e.getAttributes('link')['href'] ?? ''))} />
      {onPictures && (
        <>
          <IconButton icon={ImagePlus} size={16} label={t('format.picture')} onMouseDown={keep} onClick={() => files.current?.click()} />
          <input ref={files} type="file" accept="image/*" multiple hidden onChange={(x) => { onPictures([...(x.target.files ?? [])]); x.target.value = '' }} />
        </>
      )}
      <MenuButton icon={Table} label={t('table.title')} entries={table} placement="top start" />
      <MenuButton icon={AlignLeft} label={t('format.look')} entries={look} placement="top start" />
      {link !== null && <LinkDialog value={link} onClose={() => setLink(null)} onDone={(href) => { setLink(null); setHref(e, href) }} />}
    </>
  )
}

function setHref(e: Editor, href: string): void {
  const chain = e.chain().focus().extendMarkRange('link')
  if (!href) return void chain.unsetLink().run()
  if (e.state.selection.empty && !e.isActive('link')) return void e.chain().focus().insertContent({ type: 'text', text: href, marks: [{ type: 'link', attrs: { href } }] }).run()
  chain.setLink({ href }).run()
}

function LinkDialog({ value, onClose, onDone }: { value: string; onClose: () => void; onDone: (href: string) => void }) {
  const t = useT()
  const [text, setText] = useState(value)
  const [wrong, setWrong] = useState(false)
  const done = (): void => {
    const href = normalLink(text)
    if (href === null) setWrong(true)
    else onDone(href)
  }
  return (
    <Dialog title={t('format.link')} onClose={onClose} footer={<>
      {value !== '' && <Button onClick={() => onDone('')}>{t('format.unlink')}</Button>}
      <Button look="primary" icon={Pencil} onClick={done}>{t('format.setLink')}</Button>
    </>}>
      <form onSubmit={(x) => { x.preventDefault(); done() }}>
        <Field label={t('format.address')} value={text} autoFocus inputMode="url" onChange={(x) => setText(x.target.value)} error={wrong ? t('format.badLink') : undefined} />
      </form>
    </Dialog>
  )
}

/** An address as people write it, made whole; null when it leads nowhere that may be written to. */
export function normalLink(text: string): string | null {
  const s = text.trim()
  if (s === '') return ''
  if (/^[^\s@/]+@[^\s@/]+$/.test(s)) return `mailto:${s}`
  const href = /^[a-z][a-z0-9+.-]*:/i.test(s) ? s : `https://${s}`
  return /^(https?|mailto|tel):/i.test(href) && URL.canParse(href) ? href : null
}
