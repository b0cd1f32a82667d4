/** One event of an input method, in the order a browser tells them. */
export type ImeEvent =
  | { type: 'keydown' | 'keyup'; key: string; keyCode: number; isComposing: boolean }
  | { type: 'compositionstart'; data: string }
  | { type: 'compositionupdate'; data: string }
  | { type: 'compositionend'; data: string }
  | { type: 'input'; data: string | null; inputType: string; isComposing: boolean; value: string }

export interface ImeTrace {
  name: string
  /** What stands in the field at the end. */
  text: string
  events: readonly ImeEvent[]
}

const down = (key: string, isComposing: boolean, keyCode = 229): ImeEvent => ({ type: 'keydown', key, keyCode, isComposing })
const start = { type: 'compositionstart', data: '' } as const
const update = (data: string): ImeEvent[] => [{ type: 'compositionupdate', data }, { type: 'input', data, inputType: 'insertCompositionText', isComposing: true, value: data }]
const end = (data: string): ImeEvent => ({ type: 'compositionend', data })
const up = (key: string, keyCode: number): ImeEvent => ({ type: 'keyup', key, keyCode, isComposing: false })

/**
 * How input methods speak to a page, one trace for each way they differ: the
 * order of the last keydown and compositionend, the code, and whether
 * isComposing still says so. They follow the behaviour that the UI Events
 * specification (section 5.7.5) and the browsers' own tests describe.
 */
export const traces: readonly ImeTrace[] = [
  {
    name: 'Zhuyin (Chromium, Windows): Enter takes the candidate while composing',
    text: '公文',
    events: [down('Process', false), start, ...update('ㄍ'), down('Process', true), ...update('ㄍㄨㄥ'), down('Process', true), ...update('公'), down('Process', true), ...update('公ㄨㄣˊ'), down('Process', true), ...update('公文'), down('Enter', true), ...update('公文'), end('公文'), up('Enter', 13)],
  },
  {
    name: 'Zhuyin (Safari, macOS): compositionend comes first, its Enter has only the code',
    text: '公文',
    events: [start, ...update('ㄍㄨㄥ'), down('ㄥ', true), ...update('公ㄨㄣ'), down('ˊ', true), ...update('公文'), end('公文'), down('Enter', false), up('Enter', 13)],
  },
  {
    name: 'Pinyin (Chromium, Linux ibus): letters with code 229, space chooses',
    text: '统计',
    events: [down('Unidentified', false), start, ...update('t'), down('Unidentified', true), ...update('tong'), down('Unidentified', true), ...update("tong'ji"), down(' ', true), ...update('统计'), end('统计')],
  },
  {
    name: 'Pinyin: Enter keeps the letters and must not send',
    text: 'tongji',
    events: [down('Process', false), start, ...update('tongji'), down('Enter', true), end('tongji'), up('Enter', 13)],
  },
  {
    name: 'Pinyin: Escape and arrows in the candidate window',
    text: '',
    events: [down('Process', false), start, ...update('jue'), down('ArrowDown', true), down('ArrowUp', true), down('Escape', true), ...update(''), end('')],
  },
  {
    name: 'Hangul, two sets (Chromium, Windows): each syllable is a composition',
    text: '결재',
    events: [down('Process', false), start, ...update('ㄱ'), down('Process', true), ...update('겨'), down('Process', true), ...update('결'), down('Process', true), end('결'), start, ...update('ㅈ'), down('Process', true), ...update('재'), down('Enter', true), end('재')],
  },
  {
    name: 'Telex (Chromium, Windows Unikey): no composition at all, only code 229',
    text: 'việt',
    events: [down('v', false, 86), down('i', false), down('e', false), down('e', false), down('s', false), down('Enter', false)],
  },
  {
    name: 'Telex (Android): composition with unidentified keys',
    text: 'kính',
    events: [down('Unidentified', false), start, ...update('k'), down('Unidentified', true), ...update('kinh'), down('Unidentified', true), ...update('kính'), down('Enter', true), end('kính')],
  },
]

/** Plays a trace on an element as a browser would. */
export function replay(el: HTMLInputElement | HTMLTextAreaElement, trace: ImeTrace): void {
  for (const e of trace.events) {
    if ('key' in e) {
      const k = new KeyboardEvent(e.type, { key: e.key, bubbles: true, cancelable: true, isComposing: e.isComposing })
      Object.defineProperty(k, 'keyCode', { value: e.keyCode })
      el.dispatchEvent(k)
    } else if ('value' in e) {
      // React listens to the setter of the prototype.
      Object.getOwnPropertyDescriptor(Object.getPrototypeOf(el), 'value')?.set?.call(el, e.value)
      el.dispatchEvent(new InputEvent('input', { bubbles: true, data: e.data, inputType: e.inputType, isComposing: e.isComposing }))
    } else {
      el.dispatchEvent(new CompositionEvent(e.type, { bubbles: true, data: e.data }))
    }
  }
}
