import { inject } from 'vitest'
import { Api } from './api'
import { newPage, signIn, type Desk } from './harness'

type Calls = [string, object][]

/** Calls of the API in a person's own session, for what programs may not do. */
async function inSession(desk: Desk, who: string, calls: (answers: Record<string, unknown>[]) => Calls): Promise<void> {
  const account = inject('office').accounts.find((a) => a.address.startsWith(`${who}@`))
  const { page, context } = await newPage(desk, { size: 'desktop' })
  await signIn(page, { ...desk, ...account })
  const ask = (list: Calls): Promise<Record<string, unknown>[]> =>
    page.evaluate(async (methods) => {
      const s = (await (await fetch('/.well-known/jmap')).json()) as { capabilities: object; primaryAccounts: Record<string, string> }
      const accountId = s.primaryAccounts['urn:ietf:params:jmap:mail']
      const res = await fetch('/jmap/api', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ using: Object.keys(s.capabilities), methodCalls: methods.map(([name, args], i) => [name, { accountId, ...args }, String(i)]) }) })
      return ((await res.json()) as { methodResponses: [string, Record<string, unknown>][] }).methodResponses.map((r) => r[1])
    }, list)
  const answers = await ask([['Approval/get', { ids: null }]])
  await ask(calls(answers))
  await context.close()
}

/** Sends a letter of a person, as their mail program does. */
async function send(api: Api, from: string, to: string, subject: string, text: string): Promise<void> {
  const { list } = await api.call<{ list: { id: string }[] }>('Identity/get', { ids: null })
  const letter = { mailboxIds: { [await api.box('drafts')]: true }, from: [{ email: from }], to: [{ email: to }], subject, bodyValues: { t: { value: text } }, textBody: [{ partId: 't', type: 'text/plain' }] }
  const { created } = await api.call<{ created: Record<string, { id: string }> }>('Email/set', { create: { m: letter } })
  await api.call('EmailSubmission/set', { create: { s: { identityId: list[0]?.id, emailId: created['m']?.id } } })
}

/** Has a letter wait for the person of the tour, and lets an administrator look: rules, looks, and a journal that holds something. */
export async function prepareCases(desk: Desk): Promise<void> {
  const other = inject('office').accounts[1]
  if (!other) throw new Error('there is nobody else in the office')
  const none = { senderUnits: [], senders: [], recipientUnits: [], recipients: [] }
  const rule = { name: '預算信件存檔 · Ngân sách', isEnabled: true, when: { ...none, direction: 'out', outside: false, level: null, words: ['預算', 'ngân sách'], persons: 0, attachments: null }, unless: { ...none, encrypted: false }, then: { hold: null, monitor: '', journal: true, refuse: '', require: '', disclaimer: null, warn: '' } }
  await inSession(desk, 'priya.raman', () => [
    ['FlowRule/set', { id: null, rule, reason: '審計室要求留存預算往來信件。' }],
    ['Look/ask', { email: null, purpose: '114 年度預算執行稽核 · kiểm tra ngân sách', hours: 72 }],
    ['Look/ask', { email: other.address, purpose: 'Case 2026-17 of the ethics office', hours: 8 }],
  ])
  await inSession(desk, 'nina.castellan', ([waiting]) => (waiting?.['list'] as { id: string; mayDecide: boolean }[]).filter((a) => a.mayDecide).map((a) => ['Approval/decide', { id: a.id, what: 'approve', note: '' }]))
  const api = Api.of({ ...desk, ...other })
  for (const [subject, text] of [['114 年度預算書初稿', '請查收。'], ['Ngân sách quý ba – bản thảo', 'Xin xem bản thảo.'], ['예산 협의 · 預算協調會議', '資料如附。']] as const) await send(api, other.address, desk.address, subject, text)
  await send(api, other.address, 'partner@outside.example', '補助名冊 Danh sách trợ cấp', '名冊如下：\nA123456789 王小明\nB220456173 李美玲\nF131104093 陳志強\nK201188345 林雅婷\n\nXin vui lòng xác nhận.')
}
