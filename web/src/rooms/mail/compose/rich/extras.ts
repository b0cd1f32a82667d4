import { Node, mergeAttributes, type AnyExtension } from '@tiptap/core'
import { TableKit } from '@tiptap/extension-table'
import { TextAlign } from '@tiptap/extension-text-align'
import { Color, FontSize, TextStyle } from '@tiptap/extension-text-style'
import { DOMParser as Parser } from '@tiptap/pm/model'

/** Where a picture that goes along with the letter can be seen while it is written. */
export type Pictures = (cid: string) => string | undefined

// Every mail program shows borders only when each cell says so itself.
const CELL = 'border:1px solid #9aa5a0;padding:4px 8px;vertical-align:top'

/** Tables, pictures, colours, sizes and alignment, in HTML that mail programs keep. */
export function extras(pictures: Pictures): AnyExtension[] {
  return [
    TableKit.configure({
      table: { resizable: false, HTMLAttributes: { style: 'border-collapse:collapse' } },
      tableCell: { HTMLAttributes: { style: CELL } },
      tableHeader: { HTMLAttributes: { style: `${CELL};text-align:left;background:#eef2f0` } },
    }),
    TextStyle,
    Color,
    FontSize,
    TextAlign.configure({ types: ['paragraph'], alignments: ['left', 'center', 'right'] }),
    picture(pictures),
  ]
}

/** A picture in the text. It is named by its Content-ID (RFC 2392), as it will be in the letter. */
function picture(pictures: Pictures): Node {
  return Node.create({
    name: 'picture',
    group: 'inline',
    inline: true,
    draggable: true,
    addAttributes: () => ({ cid: { default: '' }, alt: { default: '' }, width: { default: null } }),
    parseHTML: () => [
      {
        tag: 'img[src]',
        getAttrs: (el) => {
          const src = el.getAttribute('src') ?? ''
          // A picture from elsewhere stays elsewhere: the reader would be asked to fetch it.
          if (!/^cid:/i.test(src)) return false
          return { cid: src.slice(4), alt: el.getAttribute('alt') ?? '', width: el.getAttribute('width') }
        },
      },
    ],
    renderHTML: ({ node }) => {
      const a = node.attrs as { cid: string; alt: string; width: string | null }
      return ['img', mergeAttributes({ src: `cid:${a.cid}`, alt: a.alt, style: 'max-width:100%' }, a.width ? { width: a.width } : {})]
    },
    addNodeView: () => ({ node }) => {
      const a = node.attrs as { cid: string; alt: string; width: string | null }
      const img = document.createElement('img')
      img.src = pictures(a.cid) ?? ''
      img.alt = a.alt
      if (a.width) img.width = Number(a.width)
      return { dom: img }
    },
  })
}

export { Parser }
