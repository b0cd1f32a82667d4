import { useT, type Key } from '~/kit/i18n'
import { useMail } from '../context'
import css from '../lists/ListTools.module.css'
import { searchContext } from '../place'
import { termFault, termText, type Term } from '../search'
import { isGroup, readQuery, type FormFault } from '../search-terms'

const forms = { bracket: 'search.fault.bracket', quote: 'search.fault.quote', or: 'search.fault.or' } as const satisfies Record<FormFault, Key>
const values = { date: 'search.fault.date', size: 'search.fault.size', state: 'search.fault.state', folder: 'search.fault.folder', age: 'search.fault.age' } as const satisfies Record<NonNullable<ReturnType<typeof termFault>>, Key>

/** What of a search could not be understood, and how it is written. */
export default function SearchFaults() {
  const t = useT()
  const { account, route, me } = useMail()
  const { terms, faults } = readQuery(route.query)
  const ctx = searchContext(account, me)
  const said = [
    ...faults.map((f) => t(forms[f])),
    ...leaves(terms).flatMap((x) => {
      const fault = termFault(x, ctx)
      return fault ? [t(values[fault], { term: termText({ ...x, not: false }) })] : []
    }),
  ]
  if (said.length === 0) return null
  return (
    <div className={css.faults} role="status">
      {[...new Set(said)].map((x) => (
        <p key={x}>{x}</p>
      ))}
    </div>
  )
}

function leaves(terms: readonly Term[]): Term[] {
  return terms.flatMap((x) => (isGroup(x) ? x.any.flatMap(leaves) : [x]))
}
