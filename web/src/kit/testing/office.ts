import type { Email, EmailAddress, EmailBodyPart, Identity, Mailbox, MailboxRole } from '~/api/jmap'

/** A small invented office for tests and for work on the client without a server. */
export interface Office {
  mailboxes: Map<string, Mailbox>
  emails: Map<string, Email>
  threads: Map<string, string[]>
  blobs: Map<string, { type: string; bytes: Uint8Array }>
  identities: Identity[]
}

const rights = {
  mayReadItems: true, mayAddItems: true, mayRemoveItems: true, maySetSeen: true, maySetKeywords: true,
  mayCreateChild: true, mayRename: true, mayDelete: true, maySubmit: true,
}

const me: EmailAddress = { name: '林雅婷', email: 'lin.yating@mingchuan.example' }
const chen: EmailAddress = { name: '陳國華', email: 'chen.guohua@mingchuan.example' }
const kim: EmailAddress = { name: '김민서', email: 'kim.minseo@mingchuan.example' }
const nguyen: EmailAddress = { name: 'Nguyễn Thị Hồng Ánh', email: 'nguyen.anh@mingchuan.example' }
const wang: EmailAddress = { name: '王建军', email: 'wang.jianjun@mingchuan.example' }
const hart: EmailAddress = { name: 'Eleanor Hart', email: 'e.hart@harbourcity.example' }
const news: EmailAddress = { name: '城市規劃學會', email: 'news@planning.example' }

interface Letter {
  from: EmailAddress
  to?: EmailAddress[]
  subject: string
  text?: string
  html?: string
  file?: [name: string, type: string, size: number]
  seen?: boolean
  starred?: boolean
  box?: string
  reply?: boolean
  hoursAgo: number
}

const letters: Letter[] = [
  { from: chen, subject: '河濱公園步道整修案第二次協調會議', hoursAgo: 50, seen: true, text: '各位同仁好：\n\n河濱公園步道整修案訂於本週四下午二時於三樓第二會議室召開第二次協調會議，請先行檢視附件之設計圖說。\n\n陳國華 敬上' , file: ['河濱公園步道設計圖說.pdf', 'application/pdf', 2_340_000] },
  { from: me, to: [chen], subject: 'Re: 河濱公園步道整修案第二次協調會議', hoursAgo: 48, seen: true, reply: true, box: 'sent', text: '國華科長您好：\n\n已收到，公園處將由我與許技士出席。圖說第三頁排水高程與現況不符，會上再行說明。\n\n林雅婷\n\n> 各位同仁好：\n>\n> 河濱公園步道整修案訂於本週四下午二時於三樓第二會議室召開第二次協調會議。' },
  { from: chen, subject: 'Re: 河濱公園步道整修案第二次協調會議', hoursAgo: 0.4, reply: true, starred: true, text: '雅婷您好：\n\n謝謝提醒，排水高程已請顧問公司重新測量，修正後圖說如附件。會議改至週五上午十時，請協助通知許技士。\n\n陳國華 敬上', file: ['修正圖說_v2.pdf', 'application/pdf', 1_890_000] },
  { from: nguyen, subject: 'Báo cáo tiến độ hỗ trợ cư dân mới quý III', hoursAgo: 2, text: 'Kính gửi chị Lâm,\n\nPhòng Công tác cư dân mới xin gửi báo cáo tiến độ quý III. Số lượt tư vấn tăng 18 % so với quý trước; đề nghị chị cho ý kiến về phần kiến nghị ở trang 6 trước thứ Sáu.\n\nTrân trọng,\nNguyễn Thị Hồng Ánh', file: ['Bao-cao-quy-III.docx', 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', 184_000] },
  { from: kim, subject: '자매도시 방문단 일정 협의 요청드립니다', hoursAgo: 5, text: '린야팅 팀장님께\n\n안녕하십니까. 국제협력과 김민서입니다. 다음 달 자매도시 방문단의 세부 일정을 아래와 같이 제안드리오니 검토하여 주시기 바랍니다.\n\n1. 도착 및 환영 만찬\n2. 하천 정비 현장 견학\n3. 실무 협의\n\n감사합니다.\n김민서 드림' },
  { from: wang, subject: '关于共享统计口径的函', hoursAgo: 9, seen: true, text: '林科长：\n\n您好。关于两市公园绿地统计口径，我方整理了对照表，请查收。如无异议，拟于下周三前定稿。\n\n此致\n敬礼\n\n王建军', file: ['统计口径对照表.xlsx', 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', 48_200] },
  { from: hart, subject: 'Visit of the parks delegation, 4 to 6 December', hoursAgo: 26, starred: true, seen: true, text: 'Dear Ms Lin,\n\nThank you for the draft programme. We would gladly accept the riverside walk on the second day. Two of our party use wheelchairs; could the morning route avoid the steps at Gate 3?\n\nKind regards,\nEleanor Hart\nParks and Open Spaces' },
  { from: news, subject: '十一月電子報：海綿城市的五個誤解', hoursAgo: 30, html: '<html><head><style>.hd{background:#0e5a50;color:#fff;padding:24px}.c{padding:20px;font-family:sans-serif;line-height:1.7}</style></head><body style="margin:0;background:#f2f4f3"><table width="600" align="center" cellpadding="0" cellspacing="0" style="background:#ffffff"><tr><td class="hd"><h1 style="margin:0;font-size:24px">海綿城市的五個誤解</h1><p>城市規劃學會電子報 第 118 期</p></td></tr><tr><td><img src="https://img.planning.example/118/head.jpg" width="600" height="240" alt="雨後的公園"></td></tr><tr><td class="c"><p>許多人以為透水鋪面就等於海綿城市。本期訪問三個城市的工程師，談談實際的成效與限制。</p><p><a href="https://planning.example/118">閱讀全文</a></p><script>parent.document.title="x"</script><img src="cid:logo@planning" width="96" height="32" alt="學會標誌" onerror="alert(1)"></td></tr></table></body></html>' },
  { from: chen, subject: '請於週五前填報年度訓練需求', hoursAgo: 74, seen: true, text: '各位同仁：\n\n請於週五下班前至訓練系統填報明年度訓練需求，逾期由人事處統一安排。' },
]

const folders: [id: string, name: string, role: MailboxRole | null, parent: string | null][] = [
  ['inbox', 'Inbox', 'inbox', null], ['drafts', 'Drafts', 'drafts', null], ['sent', 'Sent', 'sent', null],
  ['archive', 'Archive', 'archive', null], ['junk', 'Junk', 'junk', null], ['trash', 'Trash', 'trash', null],
  ['projects', '專案', null, null], ['river', '河濱公園', null, 'projects'], ['sister', '姊妹市', null, 'projects'],
]

/** Builds the office; `extra` adds that many plain messages to the inbox. */
export function makeOffice(now: number, extra = 0): Office {
  const o: Office = { mailboxes: new Map(), emails: new Map(), threads: new Map(), blobs: new Map(), identities: [] }
  for (const [i, [id, name, role, parentId]] of folders.entries()) {
    o.mailboxes.set(id, { id, name, role, parentId, sortOrder: i, totalEmails: 0, unreadEmails: 0, totalThreads: 0, unreadThreads: 0, myRights: rights, isSubscribed: true })
  }
  o.identities.push({ id: 'i1', name: me.name ?? '', email: me.email, replyTo: null, bcc: null, textSignature: '', htmlSignature: '', mayDelete: false })
  let thread = ''
  letters.forEach((l, i) => {
    if (!l.reply) thread = `t${i}`
    addLetter(o, `e${i}`, thread, l, now)
  })
  for (let i = 0; i < extra; i++) {
    const from = [chen, kim, nguyen, wang, hart][i % 5] as EmailAddress
    addLetter(o, `x${i}`, `tx${i}`, { from, subject: `${['會議紀錄', '보고', 'Thông báo', '通知', 'Minutes'][i % 5]} ${i + 1}`, text: `No. ${i + 1}`, hoursAgo: 100 + i / 6, seen: i % 7 > 0 }, now)
  }
  countAll(o)
  return o
}

function addLetter(o: Office, id: string, threadId: string, l: Letter, now: number): void {
  const type = l.html ? 'text/html' : 'text/plain'
  const value = l.html ?? l.text ?? ''
  const at = new Date(now - l.hoursAgo * 3_600_000).toISOString().replace(/\.\d+Z$/, 'Z')
  const body: EmailBodyPart = { partId: '1', blobId: `${id}-b`, size: value.length, name: null, type, charset: 'utf-8', disposition: null, cid: null }
  const files: EmailBodyPart[] = []
  if (l.file) {
    const [name, ftype] = l.file
    files.push({ partId: '2', blobId: `${id}-f`, size: l.file[2], name, type: ftype, charset: null, disposition: 'attachment', cid: null })
    o.blobs.set(`${id}-f`, { type: ftype, bytes: new TextEncoder().encode(`%PDF-1.4 ${name}`) })
  }
  const previous = o.threads.get(threadId)?.at(-1)
  const earlier = previous ? [`${previous}@mingchuan.example`] : null
  o.emails.set(id, {
    id, threadId, blobId: `${id}-m`, mailboxIds: { [l.box ?? 'inbox']: true },
    keywords: { ...(l.seen ? { $seen: true as const } : {}), ...(l.starred ? { $flagged: true as const } : {}) },
    from: [l.from], to: l.to ?? [me], cc: null, bcc: null, replyTo: null, sender: null, subject: l.subject, receivedAt: at, sentAt: at,
    preview: (l.text ?? l.subject).replace(/\s+/g, ' ').slice(0, 200), hasAttachment: files.length > 0, size: value.length + 900,
    messageId: [`${id}@mingchuan.example`], inReplyTo: earlier, references: earlier,
    bodyValues: { 1: { value, isEncodingProblem: false, isTruncated: false } }, textBody: [body], htmlBody: [body], attachments: files,
  })
  o.threads.set(threadId, [...(o.threads.get(threadId) ?? []), id])
}

/** Sets every folder's figures from its messages. */
export function countAll(o: Office): void {
  for (const m of o.mailboxes.values()) m.totalEmails = m.unreadEmails = m.totalThreads = m.unreadThreads = 0
  for (const e of o.emails.values()) {
    for (const id of Object.keys(e.mailboxIds)) {
      const m = o.mailboxes.get(id)
      if (!m) continue
      m.totalEmails++
      m.totalThreads++
      if (!e.keywords['$seen'] && !e.keywords['$draft']) {
        m.unreadEmails++
        m.unreadThreads++
      }
    }
  }
}
