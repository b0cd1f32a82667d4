import { useCallback, useDeferredValue, useState } from 'react'
import { useT } from '~/kit/i18n'
import ComboBox from '~/kit/ui/form/ComboBox'
import { useLoad, type AdminApi } from './data'

export interface Picked {
  id: string
  name: string
  email: string
}

interface Props {
  api: AdminApi
  label: string
  value: Picked | null
  onChange: (p: Picked | null) => void
  /** Who cannot be chosen. */
  but?: string
}

const FEW = 20

/** One of the people whom the administrator has in hand: typing a part of the name finds them. */
export default function PersonPick({ api, label, value, onChange, but }: Props) {
  const t = useT()
  const [text, setText] = useState('')
  // Once somebody is chosen the field holds their name: the list is then everybody's again.
  const words = useDeferredValue(text.trim() === value?.name ? '' : text.trim())
  const { data } = useLoad(useCallback(() => api.people({ text: words }, 0, FEW), [api, words]))
  const found: Picked[] = (data?.people ?? []).filter((p) => p.id !== but && p.id !== value?.id)
  const options = [...(value ? [value] : []), ...found]
  return (
    <ComboBox
      label={label}
      hint={t('console.pickHint')}
      options={options.map((p) => ({ id: p.id, label: p.name, note: p.email }))}
      value={value?.id ?? null}
      onType={setText}
      onChange={(id) => onChange(options.find((p) => p.id === id) ?? null)}
    />
  )
}
