import { useEffect, useState } from 'react'
import { DIRECTORY, type GetResponse, type Person, type QueryResponse } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { Avatar } from '~/kit/ui/Avatar'
import { Dialog } from '~/kit/ui/Dialog'
import type { Ask } from '../ask'
import { useMail } from '../context'
import { Pick, type Option } from '../folders/Pick'
import { assignee, canBeAssigned } from './keyword'
import { learnName } from './names'

/** Who shall see to a letter: oneself first, then whoever is typed. */
export function AssignDialog({ ask, onClose }: { ask: Ask & { what: 'assign' }; onClose: () => void }) {
  const t = useT()
  const { engine, me } = useMail()
  const [text, setText] = useState('')
  const [found, setFound] = useState<readonly Person[]>([])
  useEffect(() => {
    const account = engine.accounts[0]
    if (!account || !(DIRECTORY in engine.session.capabilities) || !text.trim()) return setFound([])
    let here = true
    const timer = setTimeout(() => {
      const group = engine.transport.group()
      const q = group.add<QueryResponse>('Person/query', { accountId: account.id, filter: { text: text.trim() }, limit: 8 })
      const got = group.add<GetResponse<Person>>('Person/get', { accountId: account.id, '#ids': q.ref('/ids') })
      got.result.then((r) => here && setFound(r.list.filter((p) => canBeAssigned(p.email))), () => here && setFound([]))
    }, 120)
    return () => {
      here = false
      clearTimeout(timer)
    }
  }, [engine, text])
  const now = assignee(ask.email)
  const options: Option[] = [
    ...(text ? [] : [{ id: me, text: t('assign.me'), note: me, mark: <Avatar name={me} email={me} size={24} /> }]),
    ...(now && !text ? [{ id: '', text: t('assign.nobody') }] : []),
    ...found.map((p) => ({ id: p.email, text: p.name, note: (p.posts ?? []).map((x) => `${x.unit} ${x.title}`.trim()).join(' · ') || p.email, mark: <Avatar name={p.name} email={p.email} size={24} /> })),
  ]
  return (
    <Dialog title={t('assign.title')} onClose={onClose}>
      <Pick
        label={t('pick.person')}
        matched
        options={options}
        onText={setText}
        onPick={(o) => {
          const p = found.find((x) => x.email === o.id)
          if (p) learnName(p.email, p.name)
          onClose()
          setTimeout(() => ask.pick(o.id || null), 0)
        }}
      />
    </Dialog>
  )
}
