import { useCallback, useEffect, useId, useState } from 'react'
import type { RoomProps } from '~/app/rooms'
import { useT } from '~/kit/i18n'
import { asSyncError, type SyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Choice, Field, Switch } from '~/kit/ui/controls'
import { DayField } from '~/kit/ui/DayField'
import { Group } from '~/kit/ui/Group'
import { Failure, Skeleton } from '~/kit/ui/states'
import { say, sayError } from '~/kit/undo'
import { showAway } from './away-note'
import { getAway, setAway, type Away } from './calls'
import type { MailAccount } from '../account'
import { fromField, toField } from './moment'
import { perAccount } from './WhichAccount'
import css from './Rules.module.css'

type Audience = 'same' | 'other' | 'none'

const audienceOf = (a: Away): Audience => (!a.outside.isEnabled ? 'same' : a.outside.audience === 'none' ? 'none' : 'other')

/** The settings page of automatic answers: when, what colleagues read, what others read. */
export default perAccount(AwayPage)

function AwayPage({ engine, account }: RoomProps & { account: MailAccount }) {
  const t = useT()
  const [have, setHave] = useState<Away>()
  const [error, setError] = useState<SyncError>()
  const [busy, setBusy] = useState(false)
  const [tried, setTried] = useState(false)
  const load = useCallback(() => {
    getAway({ engine, account }).then(setHave, (e: unknown) => setError(asSyncError(e)))
  }, [engine, account])
  useEffect(load, [load])
  if (error) return <Failure error={error} retry={() => { setError(undefined); load() }} />
  if (!have) return <Skeleton lines={6} />
  const set = (patch: Partial<Away>): void => setHave({ ...have, ...patch })
  const outside = (patch: Partial<Away['outside']>): void => set({ outside: { ...have.outside, ...patch } })
  const audience = audienceOf(have)
  const upsideDown = have.fromDate !== null && have.toDate !== null && have.toDate <= have.fromDate
  const wordless = have.isEnabled && (have.textBody ?? '').trim() === ''

  /** Saves what is in the form; the switch does the same with its new position. */
  const save = async (a: Away): Promise<void> => {
    setBusy(true)
    try {
      // A form has plain text only, so that an older HTML text must not stay behind it.
      await setAway({ engine, account }, { isEnabled: a.isEnabled, fromDate: a.fromDate, toDate: a.toDate, subject: a.subject || null, textBody: a.textBody || null, htmlBody: null, outside: { ...a.outside, htmlBody: null } })
      if (account.isPersonal) showAway(engine, account)
      say(t(a.isEnabled ? 'away.saved.on' : 'away.saved.off'))
    } catch (e) {
      sayError(asSyncError(e).message)
    } finally {
      setBusy(false)
    }
  }
  return (
    <form
      onSubmit={(e) => {
        e.preventDefault()
        setTried(true)
        if (!upsideDown && !wordless) void save(have)
      }}
    >
      <Switch label={t('away.on')} on={have.isEnabled} onChange={(isEnabled) => { set({ isEnabled }); if (!isEnabled) void save({ ...have, isEnabled }) }}>
        {t('away.on.hint')}
      </Switch>
      <div className={css.dates}>
        <DayField label={t('away.from')} time value={toField(have.fromDate)} onChange={(d) => set({ fromDate: fromField(d) })} hint={t('away.from.hint')} />
        <DayField label={t('away.to')} time value={toField(have.toDate)} onChange={(d) => set({ toDate: fromField(d) })} error={upsideDown ? t('away.upsideDown') : undefined} hint={t('away.to.hint')} />
      </div>
      <Group title={t('away.inside')}>
        <Field label={t('away.subject')} value={have.subject ?? ''} maxLength={250} onChange={(e) => set({ subject: e.target.value })} hint={t('away.subject.hint')} />
        <Words label={t('away.text')} value={have.textBody ?? ''} onChange={(textBody) => set({ textBody })} error={tried && wordless ? t('away.wordless') : undefined} />
      </Group>
      <Group title={t('away.outside')}>
        <Choice
          label={t('away.audience')}
          value={audience}
          onChange={(a) => outside({ isEnabled: a !== 'same', audience: a === 'none' ? 'none' : 'everyone' })}
          options={[['same', t('away.audience.same')], ['other', t('away.audience.other')], ['none', t('away.audience.none')]]}
        />
        {audience === 'other' && (
          <>
            <Field label={t('away.outsideSubject')} value={have.outside.subject ?? ''} maxLength={250} onChange={(e) => outside({ subject: e.target.value || null })} />
            <Words label={t('away.outsideText')} value={have.outside.textBody ?? ''} onChange={(textBody) => outside({ textBody: textBody || null })} />
          </>
        )}
      </Group>
      <p className={css.intro}>{t('away.once')}</p>
      <Button type="submit" look="primary" busy={busy}>{t('away.save')}</Button>
    </form>
  )
}

function Words({ label, value, onChange, error }: { label: string; value: string; onChange: (v: string) => void; error?: string | undefined }) {
  const id = useId()
  return (
    <div className={css.area}>
      <label htmlFor={id}>{label}</label>
      <textarea id={id} rows={6} maxLength={20000} value={value} aria-invalid={error ? true : undefined} aria-describedby={error ? `${id}-e` : undefined} onChange={(e) => onChange(e.target.value)} />
      {error && <p id={`${id}-e`} className={css.missing} role="alert">{error}</p>}
    </div>
  )
}
