import { useMemo, useState } from 'react'
import type { AttachmentText } from '~/api/types.gen'
import { useT } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { Failure, Skeleton } from '~/kit/ui/states'
import { parseTable } from './csv'
import { viewKind } from './kinds'
import { useAsk } from './use-ask'
import type { Viewed } from './Viewer'
import css from './Viewer.module.css'

// What offices of the region send; the first entry lets the server guess.
const charsets = ['', 'utf-8', 'big5', 'gb18030', 'euc-kr', 'windows-1258', 'shift_jis', 'windows-1252'] as const

/** Text and tables of text, in whatever charset they are. */
export default function TextView({ file }: { file: Viewed }) {
  const t = useT()
  const [charset, setCharset] = useState('')
  const { answer, error, retry } = useAsk<AttachmentText>('Attachment/text', file, { charset })
  const text = (answer?.text ?? '').replace(/^\uFEFF/, '')
  const rows = useMemo(() => (viewKind(file.type, file.name) === 'table' ? parseTable(text) : null), [text, file])
  if (error) return <Failure error={error} retry={retry} />
  if (!answer) return <Skeleton lines={8} />
  return (
    <div className={css.sheet}>
      <div className={css.hint}>
        <label>
          {t('view.charset')}{' '}
          <select value={charset} onChange={(e) => setCharset(e.target.value)}>
            {charsets.map((c) => (
              <option key={c} value={c}>
                {c === '' ? t('view.charset.guess', { charset: answer.charset }) : c}
              </option>
            ))}
          </select>
        </label>
        {answer.isEncodingProblem && <span>{t('view.charset.problem')}</span>}
        {answer.isTruncated && <span>{t('view.cut')}</span>}
      </div>
      {rows ? <Table rows={rows} label={file.name} /> : (
        <pre className={css.text} lang={guessLanguage(text)} dir="auto">
          {text}
        </pre>
      )}
    </div>
  )
}

const MAX_ROWS = 2000

function Table({ rows, label }: { rows: string[][]; label: string }) {
  const t = useT()
  const [head, ...rest] = rows
  return (
    <>
      <div className={css.wide} data-sideways tabIndex={0} role="region" aria-label={label}>
        <table className={css.table}>
          <thead>
            <tr>{head?.map((c, i) => <th key={i} scope="col" lang={guessLanguage(c)}>{c}</th>)}</tr>
          </thead>
          <tbody>
            {rest.slice(0, MAX_ROWS).map((r, i) => (
              <tr key={i}>{r.map((c, j) => <td key={j} lang={guessLanguage(c)} className={/^-?[\d,.]+%?$/.test(c) ? css.number : undefined}>{c}</td>)}</tr>
            ))}
          </tbody>
        </table>
      </div>
      {rest.length > MAX_ROWS && <p className={css.hint}>{t('view.rows', { shown: MAX_ROWS, all: rest.length })}</p>}
    </>
  )
}
