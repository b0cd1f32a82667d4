import { useEffect, useState } from 'react'
import type { SecrecyLookAnswer } from '~/api/jmap'
import { htmlToText, type Draft } from '../compose/draft'
import type { MailEngine } from '../engine'

const PAUSE = 1200

/** What a text that is being written holds, and the level it calls for; asked when the writer pauses. */
export function useAdvice(engine: MailEngine, { subject, body, rich }: Draft): SecrecyLookAnswer | null {
  const [advice, setAdvice] = useState<SecrecyLookAnswer | null>(null)
  useEffect(() => {
    let stale = false
    const timer = setTimeout(() => {
      const text = `${subject}\n${rich ? htmlToText(body) : body}`
      if (!text.trim()) return setAdvice(null)
      // Without an answer there is no advice, and the letter can be written all the same.
      engine.transport.call<SecrecyLookAnswer>('Secrecy/look', { accountId: engine.accounts[0]?.id ?? '', text }).then((a) => { if (!stale) setAdvice(a) }, () => {})
    }, PAUSE)
    return () => {
      stale = true
      clearTimeout(timer)
    }
  }, [engine, subject, body, rich])
  return advice
}
