import { useCallback, useState } from 'react'
import type { RegulationReport, RegulationVersion } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { say } from '~/kit/undo'
import { Banner } from '~/kit/ui/Banner'
import { Switch } from '~/kit/ui/controls'
import css from '../Console.module.css'
import type { PartProps } from '../ConsoleRoom'
import { useLoad } from '../data'
import { FormDialog } from '../FormDialog'
import { lines, refused, titleOf } from './words'

/** The last look before a draft holds: whom it is about, and that it stays as it is. */
export function PublishDialog({ api, office, version: v, onClose }: Omit<PartProps, 'reload'> & { version: RegulationVersion; onClose: () => void }) {
  const t = useT()
  const { data } = useLoad(useCallback(() => api.call<RegulationReport>('RegulationVersion/report', { id: v.id, limit: 8 }), [api, v.id]))
  const [tell, setTell] = useState(v.within !== null)
  const [error, setError] = useState<string>()
  const publish = async (): Promise<void> => {
    try {
      await api.call('RegulationVersion/publish', { id: v.id, tell })
      say(t('rulebook.isPublished', { name: titleOf(v) }))
      onClose()
    } catch (e) {
      setError(refused(e))
    }
  }
  return (
    <FormDialog wide title={t('rulebook.publishNamed', { name: titleOf(v) })} act={t('rulebook.publish')} error={error} onSave={publish} onClose={onClose}>
      <Banner>{t(v.within === 0 ? 'rulebook.publishNow' : 'rulebook.publishText')}</Banner>
      <div className={css.preview}>{lines(v, office).map((x) => <p key={x}>{x}</p>)}</div>
      {data && (
        <section className={css.group} aria-label={t('rulebook.whom')}>
          <h3 className={css.part}>{t('rulebook.whom')}</h3>
          <p className={css.sub}>{t('console.count', { count: data.total })}</p>
          <ul className={css.names}>
            {data.list.map((p) => <li key={p.email} lang={guessLanguage(p.name)}>{p.name || p.email}</li>)}
            {data.total > data.list.length && <li>…</li>}
          </ul>
        </section>
      )}
      {v.within !== null && <Switch label={t('rulebook.tell')} on={tell} onChange={setTell}>{t('rulebook.tellHint')}</Switch>}
    </FormDialog>
  )
}
