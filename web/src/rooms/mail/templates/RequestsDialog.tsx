import { useEffect, useMemo, useState } from 'react'
import type { Email, GetResponse, LetterRequest, SetResponse } from '~/api/jmap'
import { useT } from '~/kit/i18n'
import { fullDate } from '~/kit/i18n/dates'
import { guessLanguage } from '~/kit/i18n/guess'
import { asSyncError } from '~/kit/sync/errors'
import { Button } from '~/kit/ui/Button'
import { Dialog } from '~/kit/ui/Dialog'
import { Clock, Download, Send } from '~/kit/ui/icons'
import { Empty, Skeleton, errorText } from '~/kit/ui/states'
import { sayError } from '~/kit/undo'
import type { MailAccount } from '../account'
import { escapeText } from '../compose/draft'
import { useMail } from '../context'
import type { MailEngine } from '../engine'
import { everyKeys, kindKeys } from './kinds'
import { answered, standing, toCsv, useRequests, type Standing } from './requests'
import css from './Requests.module.css'

const words = { answered: 'request.answered', late: 'request.late', waiting: 'request.waiting' } as const
const order: Record<Standing, number> = { late: 0, waiting: 1, answered: 2 }

/** What an account asked of others: a list, and of one of them who answered what. */
export default function RequestsDialog({ engine, account, first, onClose }: { engine: MailEngine; account: MailAccount; first?: string; onClose: () => void }) {
  const t = useT()
  const list = useRequests(engine, account)
  const [chosen, setChosen] = useState(first)
  const request = list?.find((r) => r.id === chosen) ?? (list?.length === 1 ? list[0] : undefined)
  return (
    <Dialog wide title={request ? request.subject || t('message.noSubject') : t('request.title')} onClose={onClose}>
      {list === undefined ? (
        <Skeleton lines={5} />
      ) : request ? (
        <Table engine={engine} account={account} request={request} onBack={list.length > 1 ? () => setChosen(undefined) : undefined} onClose={onClose} />
      ) : list.length === 0 ? (
        <Empty icon={Clock} title={t('request.none')} />
      ) : (
        <ul className={css.requests}>
          {list.map((r) => (
            <li key={r.id}>
              <button type="button" onClick={() => setChosen(r.id)}>
                <span className={css.subject} lang={guessLanguage(r.subject)}>
                  {r.subject || t('message.noSubject')}
                </span>
                <span className={css.small}>{line(t, r)}</span>
                <Sum request={r} />
              </button>
            </li>
          ))}
        </ul>
      )}
    </Dialog>
  )
}

function line(t: ReturnType<typeof useT>, r: LetterRequest): string {
  const kind = kindKeys[r.kind]
  const every = everyKeys[r.every ?? '']
  return [kind && t(kind), every && `${t(every)} (${r.period})`, r.dueAt && t('request.due', { date: fullDate(r.dueAt) }), r.isClosed && t('request.closed')].filter(Boolean).join(' · ')
}

function Sum({ request }: { request: LetterRequest }) {
  const t = useT()
  const s = answered(request)
  return (
    <span className={css.sum}>
      {t('request.sum', { done: s.done, of: s.of })}
      {s.late > 0 && <b> {t('request.lateCount', { count: s.late })}</b>}
    </span>
  )
}

function Table({ engine, account, request, onBack, onClose }: { engine: MailEngine; account: MailAccount; request: LetterRequest; onBack: (() => void) | undefined; onClose: () => void }) {
  const t = useT()
  const { compose, go } = useMail()
  const [answers, setAnswers] = useState<ReadonlyMap<string, Email>>(new Map())
  const rows = useMemo(() => request.addressees.toSorted((a, b) => order[standing(request, a)] - order[standing(request, b)] || a.name.localeCompare(b.name)), [request])
  const ids = request.addressees.map((a) => a.answerEmailId).filter((id): id is string => Boolean(id)).join(' ')
  useEffect(() => {
    if (!ids) return
    void engine.transport
      .call<GetResponse<Email>>('Email/get', { accountId: account.id, ids: ids.split(' '), properties: ['id', 'threadId', 'preview', 'hasAttachment', 'receivedAt'] })
      .then((r) => setAnswers(new Map(r.list.map((e) => [e.id, e]))), () => {})
  }, [engine, account, ids])
  const open = rows.filter((a) => a.wasAsked && !a.answeredAt)
  const remind = (): void => {
    onClose()
    compose({
      how: 'new',
      draft: {
        to: open.map((a) => ({ name: a.name || null, email: a.email })), subject: t('request.reminder', { subject: request.subject }), rich: true,
        body: `<p>${escapeText(t('request.reminderText', { subject: request.subject, date: request.dueAt ? fullDate(request.dueAt) : '' }))}</p>`,
        inReplyTo: [request.messageId], references: [request.messageId],
      },
    })
  }
  const csv = (): void => {
    const text = toCsv(
      [t('request.who'), t('request.address'), t('request.standing'), t('request.when'), t('request.text')],
      rows.map((a) => [a.name, a.email, t(words[standing(request, a)]), a.answeredAt ? fullDate(a.answeredAt) : '', answers.get(a.answerEmailId ?? '')?.preview ?? '']),
    )
    const link = document.createElement('a')
    link.href = URL.createObjectURL(new Blob([text], { type: 'text/csv' }))
    link.download = `${request.subject.replace(/[\\/:*?"<>|]/g, '_') || 'table'}.csv`
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
  }
  const change = (part: { dueAt?: string; isClosed?: boolean }): void =>
    void engine.transport
      .call<SetResponse<LetterRequest>>('Request/set', { accountId: account.id, update: { [request.id]: part } })
      .catch((e: unknown) => sayError(errorText(t, asSyncError(e))))
  return (
    <div className={css.table}>
      <p className={css.small}>
        {line(t, request)} · <Sum request={request} />
      </p>
      <div className={css.acts}>
        {onBack && <Button onClick={onBack}>{t('request.all')}</Button>}
        {open.length > 0 && (
          <Button look="primary" icon={Send} onClick={remind}>
            {t('request.remind', { count: open.length })}
          </Button>
        )}
        <Button icon={Download} onClick={csv}>
          {t('request.csv')}
        </Button>
        <Button onClick={() => change({ isClosed: !request.isClosed })}>{t(request.isClosed ? 'request.reopen' : 'request.close')}</Button>
      </div>
      <div className={css.scroll} tabIndex={0} role="region" aria-label={t('request.table')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('request.who')}</th>
              <th scope="col">{t('request.standing')}</th>
              <th scope="col">{t('request.text')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((a) => {
              const s = standing(request, a)
              const answer = answers.get(a.answerEmailId ?? '')
              return (
                <tr key={a.email}>
                  <th scope="row">
                    <span lang={guessLanguage(a.name)}>{a.name || a.email}</span>
                    <span className={css.small}>{a.wasAsked ? a.email : t('request.unasked')}</span>
                  </th>
                  <td>
                    <span className={css.mark} data-standing={s}>
                      {t(words[s])}
                    </span>
                    <span className={css.small}>{a.answeredAt ? fullDate(a.answeredAt) : a.remindedAt ? t('request.reminded', { date: fullDate(a.remindedAt) }) : ''}</span>
                  </td>
                  <td>
                    {answer && (
                      <button type="button" className={css.answer} onClick={() => { onClose(); go({ accountId: account.id, threadId: answer.threadId, query: '' }) }} lang={guessLanguage(answer.preview)}>
                        {answer.preview || t('message.empty')}
                      </button>
                    )}
                  </td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </div>
  )
}
