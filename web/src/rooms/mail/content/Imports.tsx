import { useT } from '~/kit/i18n'
import { fileSize } from '~/kit/i18n/dates'
import { Button, IconButton } from '~/kit/ui/Button'
import { X } from '~/kit/ui/icons'
import { errorText } from '~/kit/ui/states'
import { forgetImports, stopImport, useImports, type Import } from './importing'
import css from './Imports.module.css'

/** The imports that run and those that have ended, until they are put away. */
export default function Imports() {
  const t = useT()
  const list = useImports()
  if (list.length === 0) return null
  const busy = list.some((i) => i.state === 'running' || i.state === 'waiting')
  return (
    <section className={css.imports} aria-label={t('import.title')}>
      <ul>
        {list.map((i) => (
          <li key={i.id}>
            <div className={css.what}>
              <b title={i.name}>{t('import.into', { name: i.name, folder: i.folder })}</b>
              <span role="status">{said(t, i)}</span>
              {i.answer && i.answer.problems.length > 0 && <span>{i.answer.problems[0]}</span>}
              {(i.state === 'running' || i.state === 'waiting') && <progress max={i.size || 1} value={i.sent} aria-label={i.name} />}
            </div>
            {(i.state === 'running' || i.state === 'waiting') && (
              <Button look="quiet" onClick={() => stopImport(i.id)}>
                {t('import.stop')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {!busy && <IconButton icon={X} size={16} label={t('act.dismiss')} onClick={forgetImports} />}
    </section>
  )
}

function said(t: ReturnType<typeof useT>, i: Import): string {
  switch (i.state) {
    case 'waiting':
      return t('import.waiting')
    case 'running':
      return t('import.progress', { done: fileSize(i.sent), all: fileSize(i.size) })
    case 'stopped':
      return t('import.stopped')
    case 'failed':
      return i.error ? errorText(t, i.error) : t('error.server')
  }
  const a = i.answer
  if (!a) return ''
  const parts = [t('import.done', { count: a.imported })]
  if (a.duplicates > 0) parts.push(t('import.duplicates', { count: a.duplicates }))
  if (a.failed > 0) parts.push(t('import.failed', { count: a.failed }))
  if (a.error !== null) parts.push(t('import.broken'))
  return parts.join(' ')
}
