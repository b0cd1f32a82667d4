import { useCallback, useMemo } from 'react'
import type { FlowRuleSet } from '~/api/jmap'
import type { RoomProps } from '~/app/rooms'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Failure, Skeleton } from '~/kit/ui/states'
import css from '../Console.module.css'
import { adminApi, useLoad } from '../data'
import { levelsOf, notes, sentence } from './words'

/** A rule before and after a change, for who decides about it. */
export default function RuleText({ engine, before, after }: { engine: RoomProps['engine']; before: FlowRuleSet | null; after: FlowRuleSet | null }) {
  const t = useT()
  const api = useMemo(() => adminApi(engine), [engine])
  const { data: office, error, reload } = useLoad(useCallback(() => api.office(), [api]))
  if (error) return <Failure error={asSyncError(error)} retry={reload} />
  if (!office) return <Skeleton lines={3} />
  const levels = new Map(levelsOf(api))
  return (
    <dl className={css.sides}>
      {([['approvals.rule.before', before], ['approvals.rule.after', after]] as const).map(([label, rule]) => (
        <div key={label}>
          <dt>{t(label)}</dt>
          <dd>
            {rule ? (
              <>
                <strong>{rule.name}</strong>
                {!rule.isEnabled && <em className={css.mark}>{t('mailrules.off')}</em>}
                <p>{sentence(rule, office, levels)}</p>
                {notes(rule).map((n) => <small key={n}>{n}</small>)}
              </>
            ) : (
              '—'
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}
