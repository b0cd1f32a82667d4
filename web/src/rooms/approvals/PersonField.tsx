import { useDeferredValue, useEffect, useState } from 'react'
import ComboBox from '~/kit/ui/form/ComboBox'
import type { MailAccount } from '~/rooms/mail/account'
import { validAddress } from '~/rooms/mail/compose/draft'
import { searchDirectory, type Suggestion } from '~/rooms/mail/compose/suggest'
import type { MailEngine } from '~/rooms/mail/engine'

/** One person of the organisation: typing a part of the name finds them. */
export function PersonField({ engine, label, hint, value, onChange }: { engine: MailEngine; label: string; hint: string; value: Suggestion | null; onChange: (p: Suggestion | null) => void }) {
  const [text, setText] = useState('')
  const [found, setFound] = useState<Suggestion[]>([])
  const words = useDeferredValue(text.trim())
  useEffect(() => {
    let stale = false
    if (words && words !== value?.name) void searchDirectory(engine, engine.accounts[0] as MailAccount, words).then((list) => !stale && setFound(list.filter((s) => !s.members)), () => {})
    return () => {
      stale = true
    }
  }, [engine, words, value])
  // An address can be written out, as of a position whose mailbox is no person's.
  const written: Suggestion[] = validAddress(words) && !found.some((f) => f.email === words) ? [{ name: null, email: words, note: '' }] : []
  const options = [...(value ? [value] : []), ...[...found, ...written].filter((f) => f.email !== value?.email)]
  return <ComboBox label={label} hint={hint} options={options.map((p) => ({ id: p.email, label: p.name || p.email, note: [p.note, p.email].filter(Boolean).join(' · ') }))} value={value?.email ?? null} onType={setText} onChange={(k) => onChange(options.find((p) => p.email === k) ?? null)} />
}
