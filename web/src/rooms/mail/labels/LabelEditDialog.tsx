import { useState, type FormEvent } from 'react'
import { useT } from '~/kit/i18n'
import { Button } from '~/kit/ui/Button'
import { Field } from '~/kit/ui/controls'
import { Dialog } from '~/kit/ui/Dialog'
import type { Ask } from '../ask'
import { COLOURS, choices, choose, newKeyword, type Colour } from '../choices'
import { colourNames } from '../folders/menu'
import css from '../folders/Pick.module.css'
import { Dot } from './Chips'

/** A label's name and colour. The keyword on the letters stays what it was. */
export function LabelEditDialog({ ask, onClose }: { ask: Ask & { what: 'labelEdit' }; onClose: () => void }) {
  const t = useT()
  const [name, setName] = useState(ask.label?.name ?? '')
  const [colour, setColour] = useState<Colour>(ask.label?.colour ?? 'blue')
  const [error, setError] = useState<string>()
  const names = colourNames()
  const submit = (e: FormEvent): void => {
    e.preventDefault()
    const clean = name.trim()
    const { labels } = choices()
    if (!clean) return setError(t('labels.nameMissing'))
    if (labels.some((l) => l.keyword !== ask.label?.keyword && l.name.toLowerCase() === clean.toLowerCase())) return setError(t('labels.nameTaken'))
    if (ask.label) {
      const { keyword } = ask.label
      choose({ labels: labels.map((l) => (l.keyword === keyword ? { keyword, name: clean, colour } : l)) })
    } else {
      const keyword = newKeyword(clean, labels.map((l) => l.keyword))
      choose({ labels: [...labels, { keyword, name: clean, colour }] })
      ask.then?.(keyword)
    }
    onClose()
  }
  return (
    <Dialog title={t(ask.label ? 'labels.edit' : 'labels.new')} onClose={onClose} footer={<><Button onClick={onClose}>{t('act.cancel')}</Button><Button look="primary" type="submit" form="label-form">{t('folders.save')}</Button></>}>
      <form id="label-form" className={css.form} onSubmit={submit}>
        <Field label={t('labels.name')} value={name} error={error} autoFocus maxLength={60} onChange={(e) => { setName(e.target.value); setError(undefined) }} />
        <fieldset>
          <legend>{t('folders.colour')}</legend>
          <div className={css.colours}>
            {COLOURS.map((c) => (
              <label key={c}>
                <input type="radio" className="sr" name="colour" checked={c === colour} onChange={() => setColour(c)} />
                <Dot colour={c} />
                {names[c]}
              </label>
            ))}
          </div>
        </fieldset>
      </form>
    </Dialog>
  )
}
