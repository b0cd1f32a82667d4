import { Suspense, lazy } from 'react'
import { Field } from './controls'
import type { DateFieldProps } from './form/DateField'

const DateField = lazy(() => import('./form/DateField'))

/** A field for a day, or a day and its hour, whose script comes when it is first shown. */
export function DayField(props: DateFieldProps) {
  return (
    <Suspense fallback={<Field label={props.label} value={props.value ?? ''} readOnly />}>
      <DateField {...props} />
    </Suspense>
  )
}
