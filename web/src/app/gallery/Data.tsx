import { useMemo, useState } from 'react'
import { language, useT } from '~/kit/i18n'
import { number } from '~/kit/i18n/dates'
import Table, { type TableColumn } from '~/kit/ui/data/Table'
import Tabs from '~/kit/ui/data/Tabs'
import Tree, { type TreeNode } from '~/kit/ui/data/Tree'
import { Folder, Inbox } from '~/kit/ui/icons'
import { ListDetail } from '~/kit/ui/ListDetail'
import { Empty } from '~/kit/ui/states'
import { Block } from './Gallery'
import css from './Gallery.module.css'

interface Person {
  id: string
  name: string
  unit: string
  letters: number
}

const people: Person[] = [
  { id: '1', name: '王小明', unit: '秘書處', letters: 1204 },
  { id: '2', name: '丁若蘭', unit: '人事處', letters: 87 },
  { id: '3', name: '陳怡君', unit: '資訊中心', letters: 5310 },
  { id: '4', name: 'Đặng Văn Ân', unit: '國際事務科', letters: 412 },
  { id: '5', name: 'Dương Thị Hoa', unit: '國際事務科', letters: 96 },
  { id: '6', name: '김민서', unit: '國際事務科', letters: 233 },
]

/** What shows many things: tree, table, tabs, list and detail. */
export function Data() {
  const t = useT()
  const [place, setPlace] = useState('inbox')
  const spoken = language()
  const columns = useMemo<TableColumn<Person>[]>(
    () => [
      { id: 'name', label: t('gallery.name'), header: true, cell: (p) => p.name, sort: (p) => p.name },
      { id: 'unit', label: t('gallery.unit'), cell: (p) => p.unit, sort: (p) => p.unit },
      { id: 'letters', label: t('gallery.letters'), figures: true, cell: (p) => number(p.letters), sort: (p) => p.letters },
    ],
    [t, spoken],
  )
  const nodes: TreeNode[] = [
    { id: 'inbox', label: t('folder.inbox'), icon: Inbox, note: number(12) },
    { id: 'work', label: '工務局', icon: Folder, children: [{ id: 'park', label: '河濱公園', icon: Folder }, { id: 'road', label: '道路養護', icon: Folder, note: number(3) }] },
  ]
  return (
    <Block id="data" title={t('gallery.data')}>
      <div className={css.tree}>
        <Tree label={t('frame.folders')} nodes={nodes} selected={place} opened={['work']} onSelect={setPlace} />
      </div>
      <div className={css.wide}>
        <Tabs
          label={t('gallery.data')}
          items={[
            { id: 'table', label: t('gallery.overview'), body: <Table label={t('gallery.people')} columns={columns} rows={people} /> },
            { id: 'none', label: t('gallery.history'), body: <Empty icon={Inbox} title={t('empty.inbox')} /> },
          ]}
        />
      </div>
      <div className={css.panes}>
        <ListDetail open={false} list={<p className={css.pad}>{t('frame.folders')}</p>} detail={<Empty icon={Inbox} title={t('reading.none')} />} />
      </div>
    </Block>
  )
}
