import { useCallback, useState } from 'react'
import type { Party } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { asSyncError } from '~/kit/sync/errors'
import { say, sayError } from '~/kit/undo'
import { IconButton } from '~/kit/ui/Button'
import { confirm } from '~/kit/ui/Dialog'
import { Pencil, Plus, ShieldAlert, Trash2 } from '~/kit/ui/icons'
import { MenuButton } from '~/kit/ui/MenuButton'
import { Empty, Failure, Skeleton } from '~/kit/ui/states'
import css from '../Console.module.css'
import type { PartProps } from '../ConsoleRoom'
import { refusal, useLoad } from '../data'
import { PartyForm, type Draft } from './PartyForm'
import { assuranceWords, consentWords, fresh, groups, kindWords, news } from './words'

/** The systems that people sign on to with their account here, and those they sign in by. */
export default function PartySection({ api }: PartProps) {
  const t = useT()
  const [editing, setEditing] = useState<Draft | null>(null)
  const { data, error, reload } = useLoad(useCallback(async () => (await api.call<{ list: Party[] }>('SsoParty/get', { ids: null })).list, [api]))
  const remove = async (p: Party): Promise<void> => {
    if (!(await confirm({ title: t('parties.removeTitle', { name: p.name }), text: t('parties.removeText'), confirm: t('console.removeNamed', { name: p.name }) }))) return
    try {
      await api.set('SsoParty', { destroy: [p.id] })
      say(t('console.removed', { name: p.name }))
    } catch (e) {
      sayError(refusal(e))
    }
    reload()
  }
  const note = (p: Party): string =>
    [kindWords[p.kind] ? t(kindWords[p.kind]!) : p.kind, p.consent && consentWords[p.consent] ? t(consentWords[p.consent]!) : '', assuranceWords[p.assurance] ? t(assuranceWords[p.assurance]!) : ''].filter(Boolean).join(' · ')
  return (
    <>
      <header className={css.head}>
        <h1>{t('parties.title')}</h1>
        <i className={css.spring} />
        <MenuButton label={t('parties.add')} words={t('parties.add')} icon={Plus} placement="bottom end" entries={news.map((n) => ({ id: n.id, label: t(n.label), run: () => setEditing({ ...fresh, party: n.party, kind: n.kind }) }))} />
      </header>
      {error ? (
        <Failure error={asSyncError(error)} retry={reload} />
      ) : !data ? (
        <Skeleton lines={6} />
      ) : data.length === 0 ? (
        <Empty icon={ShieldAlert} title={t('parties.none')} />
      ) : (
        groups.filter((g) => data.some((p) => p.party === g.party)).map((g) => (
          <section key={g.party} aria-label={t(g.label)}>
            <h2 className={css.heading}>{t(g.label)}</h2>
            <ul className={css.rows}>
              {data.filter((p) => p.party === g.party).map((p) => (
                <li key={p.id} className={css.line}>
                  <span className={css.who}>
                    <span lang={guessLanguage(p.name)}>{p.name}</span>
                    <small lang="en">{p.clientId}</small>
                  </span>
                  <small>{note(p)}</small>
                  <span className={css.acts}>
                    <IconButton icon={Pencil} label={t('console.changeNamed', { name: p.name })} onClick={() => setEditing({ ...fresh, ...p })} />
                    <IconButton icon={Trash2} label={t('console.removeNamed', { name: p.name })} onClick={() => void remove(p)} />
                  </span>
                </li>
              ))}
            </ul>
          </section>
        ))
      )}
      {editing && <PartyForm api={api} draft={editing} onClose={() => setEditing(null)} onDone={reload} />}
    </>
  )
}
