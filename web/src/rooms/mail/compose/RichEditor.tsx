import { Editor, type AnyExtension } from '@tiptap/core'
import StarterKit from '@tiptap/starter-kit'
import { useEffect, useReducer, useRef } from 'react'
import { useT, type Key } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { isMac } from '~/kit/keys'
import { Bold, Italic, List, ListOrdered, Quote, RemoveFormatting, Strikethrough, Underline, type LucideIcon } from '~/kit/ui/icons'
import { IconButton } from '~/kit/ui/Button'
import { parseSealed } from '../sealed'
import type { Pictures } from './rich/extras'
import css from './RichEditor.module.css'

interface Props {
  value: string
  onChange: (html: string) => void
  onComposing: (on: boolean) => void
  autoFocus: boolean
  label: string
  /** Where the pictures of the text can be seen. */
  pictures?: Pictures
  /** Takes pictures up; what they are called in the text comes back. Without it the text has none. */
  onPictures?: (files: File[]) => { cid: string; alt: string }[]
}

type Extras = typeof import('./rich')

type Tool = [name: string, icon: LucideIcon, label: Key, key: string, run: (e: Editor) => void]

const mod = isMac ? '⌘' : 'Ctrl '
const tools: Tool[] = [
  ['bold', Bold, 'format.bold', `${mod}B`, (e) => e.chain().focus().toggleBold().run()],
  ['italic', Italic, 'format.italic', `${mod}I`, (e) => e.chain().focus().toggleItalic().run()],
  ['underline', Underline, 'format.underline', `${mod}U`, (e) => e.chain().focus().toggleUnderline().run()],
  ['strike', Strikethrough, 'format.strike', '', (e) => e.chain().focus().toggleStrike().run()],
  ['bulletList', List, 'format.bullets', '', (e) => e.chain().focus().toggleBulletList().run()],
  ['orderedList', ListOrdered, 'format.numbers', '', (e) => e.chain().focus().toggleOrderedList().run()],
  ['blockquote', Quote, 'format.quote', '', (e) => e.chain().focus().toggleBlockquote().run()],
]

/** Rich text by tiptap; its own sheet of styles is left out, as the page's policy asks. */
export default function RichEditor({ extras, ...props }: Props & { extras: Extras }) {
  const { value, onChange, onComposing, autoFocus, label, pictures, onPictures } = props
  const t = useT()
  const place = useRef<HTMLDivElement>(null)
  const editor = useRef<Editor | null>(null)
  const [, redraw] = useReducer((n: number) => n + 1, 0)
  const change = useRef(onChange)
  change.current = onChange
  const compose = useRef(onComposing)
  compose.current = onComposing
  const seen = useRef(pictures)
  seen.current = pictures
  const insert = (files: File[]): void => {
    const made = (onPictures?.(files) ?? []).map((p) => ({ type: 'picture', attrs: p }))
    if (made.length > 0) editor.current?.chain().focus().insertContent(made).run()
  }
  const take = useRef(insert)
  take.current = insert

  useEffect(() => {
    if (!place.current) return
    const e = new Editor({
      element: place.current,
      injectCSS: false,
      extensions: [StarterKit.configure({ heading: false, codeBlock: false, horizontalRule: false, link: { openOnClick: false, autolink: true, defaultProtocol: 'https' } }), ...(extras.extras((cid) => seen.current?.(cid)) as AnyExtension[])],
      editorProps: {
        attributes: { 'aria-label': label, role: 'textbox', 'aria-multiline': 'true', 'data-body': '', class: css.page ?? '' },
        handlePaste: (view, x) => {
          const html = x.clipboardData?.getData('text/html') ?? ''
          const images = [...(x.clipboardData?.files ?? [])].filter((f) => f.type.startsWith('image/'))
          // Office programs put a picture of the table beside the table itself.
          if (images.length > 0 && !/<(table|p|span|li)\b/i.test(html)) {
            take.current(images)
            return true
          }
          // What was copied here comes back as it was.
          if (!html || html.includes('data-pm-slice')) return false
          const slice = extras.Parser.fromSchema(view.state.schema).parseSlice(extras.cleanPaste(html), { preserveWhitespace: false })
          view.dispatch(view.state.tr.replaceSelection(slice).scrollIntoView().setMeta('paste', true))
          return true
        },
        handleDrop: (_view, x) => {
          const images = [...(x.dataTransfer?.files ?? [])]
          if (images.length === 0 || !images.every((f) => f.type.startsWith('image/'))) return false
          x.preventDefault()
          x.stopPropagation()
          take.current(images)
          return true
        },
        handleDOMEvents: {
          compositionstart: () => (compose.current(true), false),
          compositionend: () => (compose.current(false), false),
        },
      },
      onUpdate: ({ editor: x }) => change.current(x.getHTML()),
      onTransaction: ({ editor: x }) => {
        redraw()
        // The face follows what is being written.
        if (!x.view.composing) x.view.dom.lang = guessLanguage(x.getText()) ?? document.documentElement.lang
      },
    })
    editor.current = e
    // Read in the sealed window: the page's own policy would refuse every style.
    e.commands.setContent(extras.Parser.fromSchema(e.schema).parse(parseSealed(value).body).toJSON(), { emitUpdate: false })
    if (autoFocus) e.commands.focus('start')
    redraw()
    return () => {
      editor.current = null
      e.destroy()
    }
    // The editor owns its text from here on; `value` only begins it.
  }, [label, autoFocus, extras])

  const e = editor.current
  return (
    <div className={css.editor}>
      <div className={css.place} ref={place} onClick={(x) => x.target === x.currentTarget && e?.commands.focus('end')} />
      <div className={css.tools} role="toolbar" aria-label={t('format.title')}>
        {tools.map(([name, icon, text, key, run]) => (
          <IconButton key={name} icon={icon} size={16} label={t(text)} shortcut={key || undefined} aria-pressed={e?.isActive(name) ?? false} onMouseDown={(x) => x.preventDefault()} onClick={() => e && run(e)} />
        ))}
        {e && <extras.Tools editor={e} onPictures={onPictures && insert} />}
        <IconButton icon={RemoveFormatting} size={16} label={t('format.clear')} onMouseDown={(x) => x.preventDefault()} onClick={() => e?.chain().focus().unsetAllMarks().clearNodes().run()} />
      </div>
    </div>
  )
}
