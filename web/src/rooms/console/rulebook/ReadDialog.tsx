import { useState } from 'react'
import type { RegulationVersion } from '~/api/jmap'
import { inLanguage, Wording } from '~/app/regulations/text'
import { languages, useT } from '~/kit/i18n'
import { Choice } from '~/kit/ui/controls'
import { Dialog } from '~/kit/ui/Dialog'
import { titleOf } from './words'

/** A version as people read it, in each of its languages. */
export function ReadDialog({ version: v, onClose }: { version: RegulationVersion; onClose: () => void }) {
  const t = useT()
  const [lang, setLang] = useState(inLanguage(v.texts)[0])
  const there = Object.entries(languages).filter(([l]) => v.texts[l])
  const text = v.texts[lang]
  return (
    <Dialog wide title={text?.title ?? titleOf(v)} onClose={onClose}>
      {there.length > 1 && <Choice label={t('rulebook.language')} value={lang} options={there} onChange={setLang} />}
      {text && <Wording text={[lang, text]} />}
    </Dialog>
  )
}
