import { useState } from 'react'
import { useT } from '~/kit/i18n'
import { fileSize } from '~/kit/i18n/dates'
import { SyncError } from '~/kit/sync/errors'
import { Avatar } from '~/kit/ui/Avatar'
import { Banner } from '~/kit/ui/Banner'
import { Button, IconButton } from '~/kit/ui/Button'
import { Chip } from '~/kit/ui/Chip'
import { Dialog, confirm } from '~/kit/ui/Dialog'
import { FileCard, FileCards } from '~/kit/ui/FileCard'
import { Archive, Download, FileArchive, FileImage, FileText, Inbox, Send, Star, Trash2, Users, X } from '~/kit/ui/icons'
import { MenuButton } from '~/kit/ui/MenuButton'
import { PopoverButton } from '~/kit/ui/PopoverButton'
import { ProgressCard } from '~/kit/ui/ProgressCard'
import { Empty, Failure, Skeleton } from '~/kit/ui/states'
import { say, sayError } from '~/kit/undo'
import { Block } from './Gallery'
import css from './Gallery.module.css'

// In each language itself, and with a character of plane 2 and Vietnamese marks.
const samples: [string, string][] = [
  ['zh-TW', '關於河濱公園步道整修案，請於週五前惠示意見。骨、直、令、𠮷、𡈽'],
  ['zh-CN', '关于河滨公园步道整修案，请于周五前惠示意见。骨、直、令'],
  ['ko', '하천 정비 계획에 관하여 금요일까지 의견을 주시기 바랍니다.'],
  ['vi', 'Kính đề nghị quý phòng cho ý kiến về phương án cải tạo trước thứ Sáu.'],
  ['en', 'Please let us have your comments on the riverside works by Friday.'],
]
const names = ['林雅婷', '김민서', 'Nguyễn Thị Hồng Ánh', 'Eleanor Hart', '王建军', '𠮷田']

export function Basics() {
  const t = useT()
  return (
    <>
      <Block id="buttons" title={t('gallery.buttons')}>
        <Button look="primary" icon={Send}>{t('compose.send')}</Button>
        <Button>{t('act.cancel')}</Button>
        <Button look="quiet" icon={Archive}>{t('act.archive')}</Button>
        <Button look="danger">{t('ask.destroy.confirm', { count: 3 })}</Button>
        <Button look="primary" busy>{t('signIn.busy')}</Button>
        <IconButton icon={Trash2} label={t('act.delete')} shortcut="#" />
        <IconButton icon={Star} filled aria-pressed label={t('act.unstar')} shortcut="s" />
      </Block>
      <Block id="type" title={t('gallery.type')}>
        {samples.map(([lang, text]) => (
          <p key={lang} lang={lang} className={css.sample}>
            {text} <span className="num">0123456789</span>
          </p>
        ))}
      </Block>
      <Block id="people" title={t('gallery.people')}>
        {names.map((n) => (
          <Avatar key={n} name={n} email={n} />
        ))}
        <Chip name={names[0] as string} icon={Users} onRemove={() => {}}>{names[0]}</Chip>
        <Chip name="visitor@" bad onRemove={() => {}}>visitor@</Chip>
        <Chip name={t('folder.inbox')}>{t('folder.inbox')}</Chip>
      </Block>
    </>
  )
}

export function Files() {
  const t = useT()
  return (
    <Block id="files" title={t('files.title')}>
      <FileCards label={t('files.title')}>
        <FileCard icon={FileText} kind="PDF" name="河濱公園步道整修案 招標公告.pdf" note={`PDF · ${fileSize(482_000)}`} onOpen={() => {}} acts={<IconButton icon={Download} size={16} label={t('act.download')} />} />
        <FileCard icon={FileArchive} name="drawings.zip" note={`ZIP · ${fileSize(3_100_000)}`} href="#files" />
        <FileCard icon={FileImage} name="IMG_20260412_0931.jpg" note={t('files.progress', { done: fileSize(1_900_000), all: fileSize(4_200_000) })} progress={{ part: 0.45, label: t('files.uploading', { name: 'IMG_20260412_0931.jpg' }) }} acts={<IconButton icon={X} size={16} label={t('files.cancel', { name: 'IMG_20260412_0931.jpg' })} />} />
        <FileCard icon={FileText} name="báo-cáo-quý.docx" note={t('files.tooLarge', { limit: fileSize(20_000_000) })} failed acts={<IconButton icon={X} size={16} label={t('files.remove', { name: 'báo-cáo-quý.docx' })} />} />
      </FileCards>
    </Block>
  )
}

export function Messages() {
  const t = useT()
  return (
    <Block id="messages" title={t('gallery.messages')}>
      <div className={css.column}>
        <Banner>{t('search.none.hint')}</Banner>
        <Banner kind="success">{t('compose.kept')}</Banner>
        <Banner kind="warning" action={<Button look="quiet">{t('act.retry')}</Button>}>{t('state.offline')}</Banner>
        <Banner kind="danger">{t('error.refused')}</Banner>
      </div>
      <div className={css.column}>
        <ProgressCard progress={{ title: t('gallery.work'), done: 1240, total: 5000, state: 'running' }} onStop={() => {}} />
        <ProgressCard progress={{ title: t('gallery.work'), done: 5000, total: 5000, state: 'done' }} onDismiss={() => {}} />
      </div>
      <Button onClick={() => say(t('done.archived', { count: 1 }), { undo: () => {} })}>{t('act.archive')}</Button>
      <Button onClick={() => say(t('gallery.work'), { kind: 'working', progress: 0.4, seconds: 600 })}>{t('gallery.work')}</Button>
      <Button onClick={() => sayError(t('error.refused'))}>{t('act.delete')}</Button>
    </Block>
  )
}

export function Dialogs() {
  const t = useT()
  const [open, setOpen] = useState(false)
  return (
    <Block id="dialogs" title={t('gallery.dialogs')}>
      <Button onClick={() => setOpen(true)}>{t('settings.title')}</Button>
      <Button onClick={() => void confirm({ title: t('ask.destroy.title', { count: 3 }), text: t('ask.destroy.text'), confirm: t('ask.destroy.confirm', { count: 3 }) })}>{t('act.delete')}</Button>
      <MenuButton
        label={t('act.more')}
        words={t('act.more')}
        entries={[
          { id: 'a', label: t('act.archive'), icon: Archive, shortcut: 'e', run: () => {} },
          { id: 'b', label: t('act.delete'), icon: Trash2, danger: true, run: () => {} },
          { id: 'c', group: t('settings.density'), label: t('density.compact'), checked: true, run: () => {} },
          { id: 'd', group: t('settings.density'), label: t('density.normal'), checked: false, run: () => {} },
        ]}
      />
      <PopoverButton words={t('gallery.note').slice(0, 12)} title={t('gallery.title')}>
        {t('gallery.note')}
      </PopoverButton>
      {open && <Dialog title={t('settings.title')} onClose={() => setOpen(false)}>{t('settings.conversations.hint')}</Dialog>}
    </Block>
  )
}

export function States() {
  const t = useT()
  return (
    <Block id="states" title={t('gallery.states')}>
      <div className={css.state}><Empty icon={Inbox} title={t('empty.inbox')}>{t('empty.inbox.hint')}</Empty></div>
      <div className={css.state}><Failure error={new SyncError('offline', 'network')} retry={() => {}} /></div>
      <div className={css.state}><Skeleton lines={5} /></div>
    </Block>
  )
}

const colours = ['canvas', 'surface', 'surface-2', 'line', 'line-strong', 'text', 'text-2', 'text-3', 'accent', 'accent-soft', 'info', 'success', 'warning', 'danger', 'star', 'focus']

export function Colours() {
  const t = useT()
  return (
    <Block id="colours" title={t('gallery.colours')}>
      <ul className={css.swatches}>
        {colours.map((c) => (
          <li key={c}>
            <i style={{ background: `var(--${c})` }} />
            <code>{c}</code>
          </li>
        ))}
      </ul>
    </Block>
  )
}
