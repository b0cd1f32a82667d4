import { Button, I18nProvider, Tree as AriaTree, TreeItem, TreeItemContent, type Key } from 'react-aria-components'
import { language } from '~/kit/i18n'
import { ChevronRight, type LucideIcon } from '../icons'
import css from './Tree.module.css'

export interface TreeNode {
  id: string
  label: string
  icon?: LucideIcon
  /** A figure at the end of the line, such as a count. */
  note?: string
  children?: readonly TreeNode[]
}

interface Props {
  label: string
  nodes: readonly TreeNode[]
  selected?: string
  opened?: readonly string[]
  onSelect: (id: string) => void
}

/** Places within places; left and right fold and unfold, letters jump. */
export default function Tree({ label, nodes, selected, opened = [], onSelect }: Props) {
  const pick = (keys: 'all' | Set<Key>): void => {
    const [first] = keys === 'all' ? [] : keys
    if (first !== undefined) onSelect(String(first))
  }
  return (
    <I18nProvider locale={language()}>
      <AriaTree aria-label={label} className={css.tree ?? ''} selectionMode="single" selectionBehavior="replace" disallowEmptySelection {...(selected === undefined ? {} : { selectedKeys: [selected] })} defaultExpandedKeys={opened} onSelectionChange={pick}>
        {nodes.map(branch)}
      </AriaTree>
    </I18nProvider>
  )
}

function branch(n: TreeNode) {
  return (
    <TreeItem key={n.id} id={n.id} textValue={n.label} className={css.item ?? ''}>
      <TreeItemContent>
        {({ hasChildItems, level }) => (
          <span className={css.line} style={{ paddingInlineStart: (level - 1) * 16 }}>
            {hasChildItems ? (
              <Button slot="chevron" className={css.fold ?? ''}>
                <ChevronRight size={14} aria-hidden />
              </Button>
            ) : (
              <i className={css.gap} />
            )}
            {n.icon && <n.icon size={16} strokeWidth={1.75} aria-hidden />}
            <span className={css.label}>{n.label}</span>
            {n.note && <span className={css.note}>{n.note}</span>}
          </span>
        )}
      </TreeItemContent>
      {n.children?.map(branch)}
    </TreeItem>
  )
}
