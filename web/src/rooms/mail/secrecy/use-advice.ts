import { useEffect, useState } from 'react'
import type { SecrecyLookAnswer } from '~/api/jmap'
import { htmlToText, type Draft } from '../compose/draft'
import type { MailEngine } from '../engine'

const PAUSE = 1200

/** What a text that is being written and its files hold, and the level it calls for; asked when the writer pauses. */
export function useAdvice(engine: MailEngine, accountId: string, { subject, body, rich, files }: Draft): SecrecyLookAnswer | null {
  const [advice, setAdvice] = useState<SecrecyLookAnswer | null>(null)
  useEffect(() => {
    let stale = false
    const timer = setTimeout(() => {
      const text = `${subject}\n${rich ? htmlToText(body) : body}`
      const there = files.filter((f) => f.blobId).map((f) => ({ name: f.name, type: f.type, size: f.size, blobId: f.blobId ?? null }))
      if (!text.trim() && there.length === 0) return setAdvice(null)
      // Without an answer there is no advice, and the letter can be written all the same.
      engine.transport.call<SecrecyLookAnswer>('Secrecy/look', { accountId, text, files: there }).then((a) => { if (!stale) setAdvice(a) }, () => {})
    }, PAUSE)
    return () => {
      stale = true
      clearTimeout(timer)
    }
  }, [engine, accountId, subject, body, rich, files])
  return advice
}
