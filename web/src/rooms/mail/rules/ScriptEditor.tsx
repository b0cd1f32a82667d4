import { useEffect, useId, useState } from 'react'
import type { MailRules, SieveScript } from '~/api/types.gen'
import { useT } from '~/kit/i18n'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { say, sayError } from '~/kit/undo'
import { getScripts, saveScript, scriptText, validate, type Place } from './calls'
import css from './Rules.module.css'

/** The raw script, for those who know Sieve: errors stand with their lines. */
export function ScriptEditor({ place, rules, onSaved }: { place: Place; rules: MailRules; onSaved: () => void }) {
  const t = useT()
  const id = useId()
  const [open, setOpen] = useState(false)
  const [own, setOwn] = useState<SieveScript>()
  const [text, setText] = useState<string>()
  const [wrong, setWrong] = useState<string>()
  const [busy, setBusy] = useState(false)
  useEffect(() => {
    if (!open || text !== undefined) return
    void (async () => {
      try {
        // The rules' own script is shown as a beginning; saving makes another.
        const script = (await getScripts(place)).find((s) => s.isActive && s.name !== 'rules')
        setOwn(script)
        setText(script ? await scriptText(place, script.blobId) : rules.script || 'require ["fileinto"];\n')
      } catch (e) {
        sayError(asSyncError(e).message)
      }
    })()
  }, [open, text, place, rules.script])
  const act = async (save: boolean): Promise<void> => {
    if (text === undefined) return
    setBusy(true)
    try {
      const fault = await validate(place, text)
      setWrong(fault)
      if (fault === '' && save) {
        await saveScript(place, own?.id ?? null, `${t('rules.script.name')} ${new Date().toISOString().slice(0, 16).replace('T', ' ')}`, text)
        say(t('rules.script.saved'))
        setText(undefined)
        setOpen(false)
        onSaved()
      }
    } catch (e) {
      sayError(asSyncError(e).message)
    } finally {
      setBusy(false)
    }
  }
  const lines = (text ?? '').split('\n').length
  return (
    <details className={css.expert} open={open} onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>{t('rules.script')}</summary>
      <p className={css.intro} id={`${id}-hint`}>{t('rules.script.hint')}</p>
      {text !== undefined && (
        <>
          <div className={css.code}>
            <pre aria-hidden>{Array.from({ length: lines }, (_, i) => i + 1).join('\n')}</pre>
            <textarea aria-label={t('rules.script')} aria-describedby={`${id}-hint ${id}-wrong`} aria-invalid={wrong ? true : undefined} spellCheck={false} autoCapitalize="off" rows={Math.min(24, Math.max(8, lines))} wrap="off" value={text} onChange={(e) => { setText(e.target.value); setWrong(undefined) }} />
          </div>
          <div id={`${id}-wrong`} role="status" className={wrong ? css.faults : css.fine}>
            {wrong === '' && t('rules.script.fine')}
            {wrong && <ul>{wrong.split('\n').map((line, i) => <li key={i} lang="en">{line}</li>)}</ul>}
          </div>
          <div className={css.bar}>
            <Button busy={busy} onClick={() => void act(false)}>{t('rules.script.check')}</Button>
            <Button busy={busy} onClick={() => void act(true)}>{t('rules.script.use')}</Button>
          </div>
        </>
      )}
    </details>
  )
}
