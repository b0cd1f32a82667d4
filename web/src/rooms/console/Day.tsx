import { Field } from '~/kit/ui/controls'
import DateField from '~/kit/ui/form/DateField'

interface Props {
  label: string
  value: string | null
  onChange: (day: string | null) => void
  disabled?: boolean
}

/** A day, or what it is where it cannot be changed. */
export function Day({ disabled, ...rest }: Props) {
  if (disabled) return <Field label={rest.label} value={rest.value ?? ''} disabled readOnly />
  return <DateField {...rest} />
}
