import { Suspense, lazy, useSyncExternalStore, type ComponentProps } from 'react'
import { useT } from '~/kit/i18n'
import { Button } from './Button'

const DialogBox = lazy(() => import('./overlay/DialogBox'))

/** A dialog whose code is fetched after first paint. */
export function Dialog(props: ComponentProps<typeof DialogBox>) {
  return (
    <Suspense>
      <DialogBox {...props} />
    </Suspense>
  )
}

interface Question {
  title: string
  text: string
  /** Names the thing and the consequence, as in "Delete 3 messages for good". */
  confirm: string
  answer: (yes: boolean) => void
}

let question: Question | null = null
const listeners = new Set<() => void>()

/** Asks before what cannot be undone, and only then. */
export function confirm(q: Omit<Question, 'answer'>): Promise<boolean> {
  question?.answer(false)
  return new Promise((resolve) => {
    question = {
      ...q,
      answer: (yes) => {
        question = null
        listeners.forEach((fn) => fn())
        resolve(yes)
      },
    }
    listeners.forEach((fn) => fn())
  })
}

/** Shows the question of `confirm`; once in the frame. */
export function Confirmations() {
  const t = useT()
  const q = useSyncExternalStore(
    (fn) => {
      listeners.add(fn)
      return () => listeners.delete(fn)
    },
    () => question,
  )
  if (!q) return null
  return (
    <Dialog
      role="alertdialog"
      title={q.title}
      onClose={() => q.answer(false)}
      footer={
        <>
          <Button onClick={() => q.answer(false)}>{t('act.cancel')}</Button>
          <Button look="danger" onClick={() => q.answer(true)}>
            {q.confirm}
          </Button>
        </>
      }
    >
      {q.text.split('\n').map((line, i) => (
        <p key={i}>{line}</p>
      ))}
    </Dialog>
  )
}
