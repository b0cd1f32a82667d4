/** A stream of numbers that is the same in every run (mulberry32). */
export function dice(seed: number): () => number {
  let a = seed >>> 0
  return () => {
    a = (a + 0x6d2b79f5) >>> 0
    let t = Math.imul(a ^ (a >>> 15), a | 1)
    t = (t + Math.imul(t ^ (t >>> 7), t | 61)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const latin = 'the of and to in for on with as by at from budget meeting road bridge school council report minutes permit water park market station harbour garden library deadline invoice contract inspection schedule proposal repair survey notice office unit section chief mayor citizen request answer draft final'.split(' ')
const han = '會議 紀錄 公文 預算 道路 橋樑 學校 市民 信箱 申請 回覆 草案 核定 通知 辦理 請查照 工程 檢查 招標 契約 期限 報告 資料 統計 人事 環境 衛生 文化 觀光 防災'.split(' ')
const hangul = '회의 결과 보고 예산 도로 학교 시민 신청 답변 통지 검토 계약 기한 자료'.split(' ')
const viet = 'cuộc họp báo cáo ngân sách đường trường học công dân đơn trả lời thông báo hợp đồng thời hạn'.split(' ')
const people = ['Lin Yating', '林雅庭', '陳志明', '王小美', '김민준', 'Nguyễn Văn An', 'Grace Ellison', '張淑芬', 'Peter Huang', '黃建國', '이서연', 'Trần Thị Mai']

/** Words that a search looks for, and in how many letters they stand. */
export const SOUGHT = { rare: 'quicksilver', rareEvery: 10_000, common: 'meeting', han: '預算' } as const

export interface Letter {
  raw: Buffer
  date: Date
  seen: boolean
  flagged: boolean
}

interface Thread {
  id: string
  subject: string
}

/** Makes the letters of one mailbox: five years of them, oldest first. */
export class Writer {
  private readonly roll: () => number
  private readonly threads: Thread[] = []
  private n = 0

  constructor(
    private readonly name: string,
    seed: number,
    private readonly count: number,
    private readonly to: string,
    private readonly now = Date.now(),
  ) {
    this.roll = dice(seed)
  }

  private pick<T>(list: readonly T[]): T {
    return list[Math.floor(this.roll() * list.length)] as T
  }

  private words(n: number, list: readonly string[]): string {
    return Array.from({ length: n }, () => this.pick(list)).join(list === han ? '' : ' ')
  }

  private paragraph(bytes: number): string {
    const lines: string[] = []
    for (let size = 0; size < bytes; ) {
      const r = this.roll()
      const line = r < 0.5 ? this.words(9, latin) : r < 0.9 ? `${this.words(8, han)}。` : this.words(9, r < 0.95 ? hangul : viet)
      lines.push(line)
      size += Buffer.byteLength(line) + 2
    }
    return lines.join('\r\n')
  }

  /** A letter; every seventh or so answers an earlier one. */
  next(): Letter {
    const n = this.n++
    const id = `${this.name}.${n}@bench.example`
    const answered = this.roll() < 0.15 && this.threads.length > 0 ? this.pick(this.threads) : undefined
    const subject = answered ? `Re: ${answered.subject}` : `${this.roll() < 0.6 ? this.words(3, han) : this.words(4, latin)} ${n}`
    if (!answered) {
      this.threads.push({ id, subject })
      // Answers come while a matter is fresh.
      if (this.threads.length > 200) this.threads.shift()
    }
    const age = ((this.count - n) / this.count) * 5 * 365 * 86_400_000
    const date = new Date(this.now - age - 60_000)
    const from = this.pick(people)
    const head = [
      `From: =?utf-8?B?${Buffer.from(from).toString('base64')}?= <p${people.indexOf(from)}@elsewhere.example>`,
      `To: <${this.to}>`,
      `Subject: =?utf-8?B?${Buffer.from(subject).toString('base64')}?=`,
      `Message-ID: <${id}>`,
      ...(answered ? [`In-Reply-To: <${answered.id}>`, `References: <${answered.id}>`] : []),
      `Date: ${date.toUTCString().replace('GMT', '+0000')}`,
      'MIME-Version: 1.0',
    ]
    return { raw: Buffer.from([...head, this.body(n)].join('\r\n')), date, seen: n < this.count - 400 || this.roll() < 0.5, flagged: this.roll() < 0.02 }
  }

  // Two thirds plain, a third HTML as programs write it, one in twelve with a file.
  private body(n: number): string {
    const extra = n % SOUGHT.rareEvery === SOUGHT.rareEvery / 2 ? `${SOUGHT.rare}\r\n` : ''
    const r = this.roll()
    if (r < 0.6) return `Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${extra}${this.paragraph(800 + this.roll() * 1500)}\r\n`
    if (r < 0.92) return `Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${this.html(extra)}\r\n`
    const file = Buffer.alloc(r < 0.995 ? 4_000 : 200_000, n % 251).toString('base64').replace(/.{76}/g, '$&\r\n')
    return [
      `Content-Type: multipart/mixed; boundary="b${n}"`,
      '',
      `--b${n}`,
      `Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n${extra}${this.paragraph(900)}`,
      `--b${n}`,
      `Content-Type: application/octet-stream; name="file${n}.bin"\r\nContent-Disposition: attachment; filename="file${n}.bin"\r\nContent-Transfer-Encoding: base64\r\n\r\n${file}`,
      `--b${n}--`,
      '',
    ].join('\r\n')
  }

  private html(extra: string): string {
    const rows = Array.from({ length: 8 }, () => `<tr><td style="border:1px solid #ccc;padding:4px">${this.words(2, han)}</td><td style="border:1px solid #ccc;padding:4px">${this.words(3, latin)}</td></tr>`).join('\r\n')
    return `<html><body style="font-family:sans-serif"><p>${extra}${this.paragraph(500)}</p>\r\n<table style="border-collapse:collapse">${rows}</table>\r\n<p style="color:#444">${this.paragraph(600)}</p></body></html>`
  }
}
