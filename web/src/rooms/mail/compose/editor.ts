import { createElement, lazy, type ComponentProps } from 'react'
import { withTexts } from '~/kit/i18n'
import { openSealed } from '../sealed'
import type Plain from './RichEditor'

/** The editor of letters, signatures and templates: itself, its tools, their texts and the sealed window, fetched together. */
export const RichEditor = lazy(async () => {
  const [editor, extras] = await Promise.all([import('./RichEditor'), withTexts('content', () => import('./rich')), openSealed()])
  return { default: (props: Omit<ComponentProps<typeof Plain>, 'extras'>) => createElement(editor.default, { ...props, extras }) }
})
