import { useState } from 'react'
import { useT } from '~/kit/i18n'
import { Choice, Field, Switch } from '~/kit/ui/controls'
import ComboBox from '~/kit/ui/form/ComboBox'
import DateField from '~/kit/ui/form/DateField'
import TimeField from '~/kit/ui/form/TimeField'
import { Block } from './Gallery'
import css from './Gallery.module.css'

const units = ['秘書處', '人事處', '主計處', '資訊中心', '工務局', '衛生局', '教育局', '民政局'].map((label, i) => ({ id: String(i), label }))

/** What is filled in. */
export function Forms() {
  const t = useT()
  const [on, setOn] = useState(true)
  const [rows, setRows] = useState<'compact' | 'normal' | 'comfortable'>('normal')
  const [unit, setUnit] = useState<string | null>('2')
  const [day, setDay] = useState<string | null>('2026-11-20')
  const [time, setTime] = useState<string | null>('14:30')
  return (
    <Block id="forms" title={t('gallery.forms')}>
      <div className={css.form}>
        <Field label={t('signIn.address')} defaultValue="lin.yating@mingchuan.example" />
        <Field label={t('signIn.password')} type="password" error={t('signIn.wrong')} />
        <Choice segmented label={t('settings.density')} value={rows} onChange={setRows} options={[['compact', t('density.compact')], ['normal', t('density.normal')], ['comfortable', t('density.comfortable')]]} />
        <Switch label={t('settings.conversations')} on={on} onChange={setOn}>{t('settings.conversations.hint')}</Switch>
      </div>
      <div className={css.form}>
        <ComboBox label={t('gallery.unit')} options={units} value={unit} onChange={setUnit} />
        <DateField label={t('gallery.due')} value={day} onChange={setDay} />
        <TimeField label={t('gallery.hour')} value={time} onChange={setTime} />
        <output className="num" data-day>{day}</output>
      </div>
    </Block>
  )
}
