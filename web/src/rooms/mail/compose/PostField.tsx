import { useEffect, useState } from 'react'
import type { GetResponse, Person, QueryResponse } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import type { MailEngine } from '../engine'
import css from './Composer.module.css'
import type { WritingPost } from './post'

interface Props {
  engine: MailEngine
  address: string
  value: WritingPost | undefined
  onChange: (post: WritingPost | undefined) => void
}

/** The post to write as, for who has several (C32); nobody else sees the line. */
export default function PostField({ engine, address, value, onChange }: Props) {
  const t = useT()
  const [posts, setPosts] = useState<WritingPost[]>([])
  useEffect(() => {
    let stale = false
    // Without the line there is no choice of posts, and the letter can be written all the same.
    ownPosts(engine, address).then((p) => { if (!stale) setPosts(p) }, () => {})
    return () => { stale = true }
  }, [engine, address])
  useEffect(() => {
    const known = value?.unit === '' ? posts.find((p) => p.title === value.title) : undefined
    if (known) onChange(known)
  }, [posts, value, onChange])
  if (posts.length < 2) return null
  const at = posts.findIndex((p) => p.title === value?.title && p.unit === value.unit)
  return (
    <div className={css.field}>
      <label htmlFor="compose-post">{t('writeas.post')}</label>
      <select id="compose-post" value={at} onChange={(e) => onChange(posts[Number(e.target.value)])}>
        <option value={-1}>{t('writeas.none')}</option>
        {posts.map((p, i) => (
          <option key={i} value={i}>
            {[p.title, p.unit].filter(Boolean).join(' · ')}
          </option>
        ))}
      </select>
    </div>
  )
}

/** The posts that the person at work holds today. */
async function ownPosts(engine: MailEngine, address: string): Promise<WritingPost[]> {
  const accountId = engine.accounts[0]?.id ?? ''
  const group = engine.transport.group()
  const q = group.add<QueryResponse>('Person/query', { accountId, filter: { text: address }, limit: 5 })
  const got = group.add<GetResponse<Person>>('Person/get', { accountId, '#ids': q.ref('/ids') })
  const me = (await got.result).list.find((p) => p.email === address)
  return (me?.posts ?? []).filter((p) => p.title).map((p) => ({ title: p.title, unit: (p.unitPath.length > 1 ? p.unitPath.slice(1) : p.unitPath).join(' ') }))
}
