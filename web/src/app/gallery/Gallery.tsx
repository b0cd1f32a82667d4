import { useState, type ReactNode } from 'react'
import { isLanguage, language, languages, speak, t } from '~/kit/i18n'
import { prefs, setPrefs } from '~/kit/prefs'
import { SyncError } from '~/kit/sync/errors'
import { Avatar } from '~/kit/ui/Avatar'
import { Button, IconButton } from '~/kit/ui/Button'
import { Choice, Field, Switch } from '~/kit/ui/controls'
import { Confirmations, Dialog, confirm } from '~/kit/ui/Dialog'
import { Archive, Inbox, Send, Star, Trash2 } from '~/kit/ui/icons'
import { MenuButton } from '~/kit/ui/MenuButton'
import { Empty, Failure, Skeleton } from '~/kit/ui/states'
import { say, sayError } from '~/kit/undo'
import css from './Gallery.module.css'
import { Seal } from '../Seal'

const samples: [string, string][] = [
  ['zh-TW', '關於河濱公園步道整修案，請於週五前惠示意見。骨、直、令'],
  ['zh-CN', '关于河滨公园步道整修案，请于周五前惠示意见。骨、直、令'],
  ['ko', '하천 정비 계획에 관하여 금요일까지 의견을 주시기 바랍니다.'],
  ['vi', 'Kính đề nghị quý phòng cho ý kiến về phương án cải tạo trước thứ Sáu.'],
  ['en', 'Please let us have your comments on the riverside works by Friday.'],
]

/** Every primitive on one page, for looking at and for screenshots. */
export default function Gallery() {
  const [on, setOn] = useState(true)
  const [choice, setChoice] = useState<'compact' | 'normal' | 'comfortable'>('normal')
  const [dialog, setDialog] = useState(false)
  const [, redraw] = useState(0)
  return (
    <main className={css.page}>
      <header className={css.head}>
        <Seal size={40} />
        <h1>{t('gallery.title')}</h1>
        <Choice label="Theme" value={prefs().theme} options={[['system', 'system'], ['light', 'light'], ['dark', 'dark']]} onChange={(theme) => { setPrefs({ theme }); redraw((n) => n + 1) }} />
        <Choice label="Language" value={language()} options={Object.entries(languages) as [string, string][]} onChange={(l) => isLanguage(l) && void speak(l).then(() => redraw((n) => n + 1))} />
      </header>
      <Block title="Buttons">
        <Button look="primary" icon={Send}>{t('compose.send')}</Button>
        <Button>{t('act.cancel')}</Button>
        <Button look="quiet" icon={Archive}>{t('act.archive')}</Button>
        <Button look="danger">{t('ask.destroy.confirm', { count: 3 })}</Button>
        <Button look="primary" busy>{t('signIn.busy')}</Button>
        <IconButton icon={Trash2} label={t('act.delete')} shortcut="#" />
        <IconButton icon={Star} filled aria-pressed label={t('act.unstar')} shortcut="s" />
        <MenuButton label={t('act.more')} icon={Archive} words={t('act.more')} entries={[{ id: 'a', label: t('act.archive'), icon: Archive, shortcut: 'e', run: () => say(t('done.archived', { count: 1 }), { undo: () => {} }) }, { id: 'b', label: t('act.delete'), icon: Trash2, danger: true, run: () => sayError(t('error.refused')) }]} />
      </Block>
      <Block title="Type">
        {samples.map(([lang, text]) => (
          <p key={lang} lang={lang} className={css.sample}>{text} <span className="num">0123456789</span></p>
        ))}
      </Block>
      <Block title="Forms">
        <div className={css.form}>
          <Field label={t('signIn.address')} defaultValue="lin.yating@mingchuan.example" />
          <Field label={t('signIn.password')} type="password" error={t('signIn.wrong')} />
          <Choice segmented label={t('settings.density')} value={choice} onChange={setChoice} options={[['compact', t('density.compact')], ['normal', t('density.normal')], ['comfortable', t('density.comfortable')]]} />
          <Switch label={t('settings.conversations')} on={on} onChange={setOn}>{t('settings.conversations.hint')}</Switch>
        </div>
      </Block>
      <Block title="People">
        {['林雅婷', '김민서', 'Nguyễn Thị Hồng Ánh', 'Eleanor Hart', '王建军', 'office@x.example'].map((n) => (
          <Avatar key={n} name={n} email={n} />
        ))}
      </Block>
      <Block title="Dialogs">
        <Button onClick={() => setDialog(true)}>{t('settings.title')}</Button>
        <Button onClick={() => void confirm({ title: t('ask.destroy.title', { count: 3 }), text: t('ask.destroy.text'), confirm: t('ask.destroy.confirm', { count: 3 }) })}>{t('act.delete')}</Button>
        {dialog && <Dialog title={t('settings.title')} onClose={() => setDialog(false)}>{t('settings.conversations.hint')}</Dialog>}
        <Confirmations />
      </Block>
      <Block title="States">
        <div className={css.state}><Empty icon={Inbox} title={t('empty.inbox')}>{t('empty.inbox.hint')}</Empty></div>
        <div className={css.state}><Failure error={new SyncError('offline', 'network')} retry={() => {}} /></div>
        <div className={css.state}><Skeleton lines={5} /></div>
      </Block>
    </main>
  )
}

function Block({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={css.block}>
      <h2>{title}</h2>
      <div className={css.row}>{children}</div>
    </section>
  )
}
