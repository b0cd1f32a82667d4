import type { FlowRuleSet } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import css from './Approvals.module.css'

/** One member of a rule, by its path. */
interface Line {
  path: string
  text: string
}

/** What a rule says beyond what it would say if nothing were chosen. */
export function linesOf(value: unknown, path = ''): Line[] {
  if (value === null || value === '' || value === 0 || value === false) return []
  if (Array.isArray(value)) {
    if (value.length === 0) return []
    return value.some((v) => typeof v === 'object') ? value.flatMap((v, i) => linesOf(v, `${path} ${i + 1}`)) : [{ path, text: value.join(', ') }]
  }
  if (typeof value === 'object') return Object.entries(value).flatMap(([k, v]) => linesOf(v, path ? `${path} › ${k}` : k))
  return [{ path, text: value === true ? '✓' : String(value) }]
}

/** A rule before and after a change, member by member. */
export function RuleText({ before, after }: { before: FlowRuleSet | null; after: FlowRuleSet | null }) {
  const t = useT()
  const [old, now] = [linesOf(before), linesOf(after)]
  const paths = [...new Set([...old, ...now].map((l) => l.path))]
  const text = (list: Line[], path: string): string => list.find((l) => l.path === path)?.text ?? ''
  return (
    <table className={css.rule}>
      <thead>
        <tr>
          <th scope="col">{t('approvals.rule.part')}</th>
          <th scope="col">{t('approvals.rule.before')}</th>
          <th scope="col">{t('approvals.rule.after')}</th>
        </tr>
      </thead>
      <tbody>
        {paths.map((p) => (
          <tr key={p} data-changed={text(old, p) !== text(now, p) || undefined}>
            <th scope="row" lang="en">{p}</th>
            <td>{text(old, p) || '—'}</td>
            <td>{text(now, p) || '—'}</td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
