import { useMemo, useState, type ReactNode } from 'react'
import { Cell, Column, I18nProvider, Row, Table as AriaTable, TableBody, TableHeader, type SortDescriptor } from 'react-aria-components'
import { collator, language } from '~/kit/i18n'
import { ChevronDown } from '../icons'
import css from './Table.module.css'

export interface TableColumn<T> {
  id: string
  label: string
  /** What the cell shows. */
  cell: (row: T) => ReactNode
  /** What the column is sorted by; without it the column cannot be sorted. */
  sort?: (row: T) => string | number
  /** Figures stand at the end of their column and under each other. */
  figures?: boolean
  /** The column that names the row; exactly one. */
  header?: boolean
}

interface Props<T> {
  label: string
  columns: readonly TableColumn<T>[]
  rows: readonly T[]
  empty?: ReactNode
  onOpen?: (row: T) => void
}

/** Rows of the same kind, sorted by a press on the head of a column, in the language's own order. */
export default function Table<T extends { id: string }>({ label, columns, rows, empty, onOpen }: Props<T>) {
  const [order, setOrder] = useState<SortDescriptor | undefined>()
  const spoken = language()
  const sorted = useMemo(() => {
    const by = columns.find((c) => c.id === order?.column)?.sort
    if (!by) return rows
    const { compare } = collator(spoken)
    const turn = order?.direction === 'descending' ? -1 : 1
    return rows.toSorted((a, b) => {
      const [x, y] = [by(a), by(b)]
      return turn * (typeof x === 'number' && typeof y === 'number' ? x - y : compare(String(x), String(y)))
    })
  }, [rows, columns, order, spoken])
  return (
    <I18nProvider locale={spoken}>
      <div className={css.scroll}>
        <AriaTable aria-label={label} className={css.table ?? ''} {...(order ? { sortDescriptor: order } : {})} onSortChange={setOrder} onRowAction={(k) => { const row = rows.find((r) => r.id === k); if (row) onOpen?.(row) }}>
          <TableHeader>
            {columns.map((c) => (
              <Column key={c.id} id={c.id} allowsSorting={c.sort !== undefined} isRowHeader={c.header ?? false} className={css.head ?? ''} data-figures={c.figures || undefined}>
                {({ sortDirection }) => (
                  <span className={css.label}>
                    {c.label}
                    {sortDirection && <ChevronDown size={14} aria-hidden style={{ rotate: sortDirection === 'ascending' ? '180deg' : '0deg' }} />}
                  </span>
                )}
              </Column>
            ))}
          </TableHeader>
          <TableBody renderEmptyState={() => empty}>
            {sorted.map((r) => (
              <Row key={r.id} id={r.id} className={css.row ?? ''}>
                {columns.map((c) => (
                  <Cell key={c.id} className={css.cell ?? ''} data-figures={c.figures || undefined}>
                    {c.cell(r)}
                  </Cell>
                ))}
              </Row>
            ))}
          </TableBody>
        </AriaTable>
      </div>
    </I18nProvider>
  )
}
