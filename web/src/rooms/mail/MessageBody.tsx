import { Suspense, lazy } from 'react'
import type { Email } from '~/api/jmap'
import { useT, withTexts } from '~/kit/i18n'
import { guessLanguage } from '~/kit/i18n/guess'
import { Skeleton } from '~/kit/ui/states'
import css from './MessageBody.module.css'
import { PlainText } from './PlainText'

// The sanitiser is fetched with the first HTML message.
const loadHtml = async (): Promise<typeof import('./HtmlBody')> => {
  const [html, sealed] = await Promise.all([withTexts('content', () => import('./HtmlBody')), import('./sealed')])
  await sealed.openSealed()
  html.warmFrames()
  return html
}
const HtmlBody = lazy(loadHtml)

/** Makes ready what the next letter needs if it is of HTML. */
export const readyForHtml = (): Promise<unknown> => loadHtml()

/** The body as its sender wrote it: plain text as text, HTML in a sealed frame. */
export function MessageBody({ email, quoted }: { email: Email; quoted: boolean }) {
  const t = useT()
  const parts = email.htmlBody ?? email.textBody ?? []
  const values = parts.map((p) => ({ part: p, value: p.partId ? email.bodyValues?.[p.partId] : undefined }))
  const html = values.some(({ part, value }) => part.type === 'text/html' && value && value.value.trim())
  const cut = values.some(({ value }) => value?.isTruncated)
  const broken = values.some(({ value }) => value?.isEncodingProblem)
  const text = values.map(({ value }) => value?.value ?? '').join('\n')
  return (
    <div className={css.body}>
      {broken && <p className={css.note}>{t('message.encoding')}</p>}
      {!text.trim() && <p className={css.empty}>{t('message.empty')}</p>}
      {html ? (
        <Suspense fallback={<Skeleton lines={5} />}>
          <HtmlBody email={email} html={values.map(({ part, value }) => (part.type === 'text/html' ? (value?.value ?? '') : escapeText(value?.value ?? ''))).join('<hr>')} quoted={quoted} lang={guessLanguage(email.preview)} />
        </Suspense>
      ) : (
        <PlainText text={text} lang={guessLanguage(text)} />
      )}
      {cut && <p className={css.note}>{t('message.cut')}</p>}
    </div>
  )
}

function escapeText(s: string): string {
  return `<pre>${s.replaceAll('&', '&amp;').replaceAll('<', '&lt;')}</pre>`
}
