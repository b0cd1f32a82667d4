import { useCallback, useEffect, useState } from 'react'
import type { MailRules, Rule } from '~/api/types.gen'
import type { RoomProps } from '~/app/rooms'
import { useT } from '~/kit/i18n'
import { asSyncError, type SyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Inbox, ListFilter, Plus } from '~/kit/ui/icons'
import { Empty, Failure, Skeleton } from '~/kit/ui/states'
import { say, sayError } from '~/kit/undo'
import { getRules, setRules, type Place } from './calls'
import { blank, fromLetter } from './model'
import { Notice } from './Notice'
import { RuleForm } from './RuleForm'
import { RuleList } from './RuleList'
import { RunDialog } from './RunDialog'
import type { MailAccount } from '../account'
import { ScriptEditor } from './ScriptEditor'
import { perAccount } from './WhichAccount'
import css from './Rules.module.css'

/** The rule that the address asks for: "make a rule from this letter". */
function asked(): Rule | null {
  const q = new URLSearchParams(location.search)
  const from = q.get('from')
  return from ? fromLetter(from, q.get('name') ?? '') : null
}

/** The settings page of rules for arriving mail. */
export default perAccount(RulesPage)

function RulesPage({ engine, account }: RoomProps & { account: MailAccount }) {
  const t = useT()
  const [have, setHave] = useState<MailRules>()
  const [error, setError] = useState<SyncError>()
  const [editing, setEditing] = useState<Rule | null>(asked)
  const [running, setRunning] = useState(false)
  const load = useCallback(() => {
    getRules({ engine, account }).then(setHave, (e: unknown) => setError(asSyncError(e)))
  }, [engine, account])
  useEffect(load, [load])
  if (error) return <Failure error={error} retry={() => { setError(undefined); load() }} />
  if (!have) return <Skeleton lines={5} />
  const place: Place = { engine, account }

  /** Shows the change at once and takes it back when the server refuses. */
  const change = async (rules: Rule[], done?: string): Promise<boolean> => {
    const before = have
    setHave({ ...have, rules })
    try {
      await setRules(place, { rules })
      load()
      if (done) say(done, { undo: () => void change(before.rules) })
      return true
    } catch (e) {
      setHave(before)
      sayError(asSyncError(e).message)
      return false
    }
  }
  const save = async (r: Rule): Promise<boolean> => {
    const there = have.rules.some((x) => x.id === r.id)
    const ok = await change(there ? have.rules.map((x) => (x.id === r.id ? r : x)) : [...have.rules, r])
    if (ok) say(t('rules.saved'))
    return ok
  }
  const takeBack = (): void => void setRules(place, { isActive: true }).then(load, (e: unknown) => sayError(asSyncError(e).message))
  const none = have.rules.length === 0
  return (
    <>
      <p className={css.intro}>{t('rules.intro')}</p>
      {have.activeScriptName !== null && (
        <Notice kind="warning" act={!none && <Button onClick={takeBack}>{t('rules.useRules')}</Button>}>
          {t('rules.otherScript', { name: have.activeScriptName })}
        </Notice>
      )}
      {have.lastError !== null && <Notice kind="danger">{t('rules.lastError', { text: have.lastError })}</Notice>}
      {none ? (
        <Empty icon={ListFilter} title={t('rules.none')} action={<Button look="primary" icon={Plus} onClick={() => setEditing(blank())}>{t('rules.new')}</Button>}>
          {t('rules.none.hint')}
        </Empty>
      ) : (
        <>
          <div className={css.bar}>
            <Button look="primary" icon={Plus} onClick={() => setEditing(blank())}>{t('rules.new')}</Button>
            <Button icon={Inbox} onClick={() => setRunning(true)}>{t('rules.run')}</Button>
          </div>
          <RuleList rules={have.rules} boxes={account.mailboxes.all()} off={have.activeScriptName !== null} onChange={(rules, done) => void change(rules, done)} onEdit={setEditing} />
        </>
      )}
      {have.discarded > 0 && <p className={css.intro}>{t('rules.discarded', { count: have.discarded })}</p>}
      <ScriptEditor place={place} rules={have} onSaved={load} />
      {editing && <RuleForm place={place} rule={editing} onSave={save} onClose={() => setEditing(null)} />}
      {running && <RunDialog place={place} onClose={() => setRunning(false)} />}
    </>
  )
}
