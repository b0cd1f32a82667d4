import { Suspense, lazy, useState } from 'react'
import type { Approval, Email, HeldLetter } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { readingDate } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import { asSyncError } from '~/kit/sync/errors'
import { Banner } from '~/kit/ui/Banner'
import { Button } from '~/kit/ui/Button'
import { confirm } from '~/kit/ui/Dialog'
import { errorText } from '~/kit/ui/states'
import { say, sayError } from '~/kit/undo'
import { useApprovals } from '~/rooms/approvals/store'
import { callBack } from '../compose/saver'
import { useMail } from '../context'
import css from './Review.module.css'

const AppealDialog = lazy(() => import('./AppealDialog'))

/** Above a letter of one's own: that it waits for review, or why it did not go out, and what can be done. */
export default function HeldNote({ email }: { email: Email }) {
  const t = useT()
  const { engine, account, compose } = useMail()
  const all = useApprovals(engine)
  const [busy, setBusy] = useState(false)
  const [appealing, setAppealing] = useState(false)
  // What waits stands before what was decided, and of that the latest first.
  const a = all.list.find((x) => x.isMine && x.kind === 'mail.review' && aboutOf(x)?.accountId === account.id && aboutOf(x)?.emailId === email.id)
  const about = a && aboutOf(a)
  if (!a || !about) return null

  const recall = async (): Promise<void> => {
    const id = about.submissionId
    if (!id || !(await confirm({ title: t('review.recall.title'), text: t('review.recall.text'), confirm: t('review.recall') }))) return
    setBusy(true)
    try {
      await callBack(engine, account, { submissionId: id, held: true }, email.id)
      say(t('review.recalled'))
    } catch (e) {
      sayError(errorText(t, asSyncError(e)))
    }
    await all.load()
    setBusy(false)
  }
  if (a.state === 'waiting') {
    const names = (a.steps[a.stepInHand]?.deciders ?? []).map((p) => p.name || p.email).join(t('review.and'))
    return (
      <div className={css.held}>
        <Banner>
          <p>
            {t('review.waits', { names })} {a.dueAt && t('review.until', { time: readingDate(a.dueAt) })}
          </p>
          <p>{t('review.notYet')}</p>
          <div className={css.acts}>
            <Button busy={busy} onClick={() => void recall()}>{t('review.recall')}</Button>
          </div>
        </Banner>
      </div>
    )
  }
  if (a.state !== 'refused') return null
  const said = a.steps.flatMap((s) => s.said).at(-1)
  return (
    <div className={css.held}>
      <Banner kind="warning">
        <p>{said?.by ? t('review.returned', { name: said.by.name || said.by.email }) : t('review.tooLate')}</p>
        {said?.by && said.note && <blockquote lang={guessLanguage(said.note)}>{said.note}</blockquote>}
        <div className={css.acts}>
          <Button onClick={() => compose({ how: 'again', email })}>{t('review.again')}</Button>
          {about.mayAppeal && <Button onClick={() => setAppealing(true)}>{t('review.appeal')}</Button>}
        </div>
      </Banner>
      {appealing && (
        <Suspense>
          <AppealDialog
            onAppeal={async (reason) => {
              await engine.transport.call('EmailSubmission/appeal', { accountId: account.id, approvalId: a.id, reason })
              say(t('review.appealed'))
              await all.load()
            }}
            onClose={() => setAppealing(false)}
          />
        </Suspense>
      )}
    </div>
  )
}

/** What the case is about: of the kind mail.review it is always a letter. */
const aboutOf = (a: Approval): HeldLetter | null => a.about as HeldLetter | null
